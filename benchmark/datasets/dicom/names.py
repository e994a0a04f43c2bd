"""Constants of DICOM headers: modalities, and which elements identify people."""

RADIOGRAPHS = ("CR", "DX", "RG", "MG", "IO", "PX")  # modalities that project X-rays (PS3.3, C.7.3.1.1.1)
# Keywords of PS3.15, table E.1-1: who somebody is, where and when, and free text that may say so
IDENTIFYING = frozenset((
    "PatientName", "PatientID", "IssuerOfPatientID", "OtherPatientIDs", "OtherPatientIDsSequence",
    "OtherPatientNames", "PatientBirthName", "PatientMotherBirthName", "PatientBirthDate",
    "PatientBirthTime", "PatientAddress", "PatientTelephoneNumbers", "CountryOfResidence",
    "RegionOfResidence", "MilitaryRank", "BranchOfService", "Occupation", "MedicalRecordLocator",
    "PatientReligiousPreference", "EthnicGroup", "PatientComments", "AdditionalPatientHistory",
    "PatientInsurancePlanCodeSequence", "ResponsiblePerson", "ResponsibleOrganization",
    "PatientInstitutionResidence", "AccessionNumber", "StudyID", "AdmissionID", "IssuerOfAdmissionID",
    "CurrentPatientLocation", "ServiceEpisodeID", "RequestedProcedureID", "ScheduledProcedureStepID",
    "PerformedProcedureStepID", "RequestAttributesSequence", "FillerOrderNumberImagingServiceRequest",
    "PlacerOrderNumberImagingServiceRequest", "InstitutionName", "InstitutionAddress",
    "InstitutionalDepartmentName", "StationName", "DeviceSerialNumber", "ReferringPhysicianName",
    "ReferringPhysicianAddress", "ReferringPhysicianTelephoneNumbers", "PerformingPhysicianName",
    "NameOfPhysiciansReadingStudy", "PhysiciansOfRecord", "RequestingPhysician", "RequestingService",
    "OperatorsName", "OperatorIdentificationSequence", "StudyDate", "SeriesDate", "AcquisitionDate",
    "ContentDate", "AcquisitionDateTime", "StudyTime", "SeriesTime", "AcquisitionTime", "ContentTime",
    "InstanceCreationDate", "StudyDescription", "SeriesDescription", "ImageComments", "StudyComments",
    "RequestedProcedureComments", "RequestedProcedureDescription", "PerformedProcedureStepDescription",
    "ReasonForStudy", "AdmittingDiagnosesDescription",
))  # fmt: skip
