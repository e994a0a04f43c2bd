"""TRIPOD+AI, for prediction models by regression or machine learning: 27 items, 52 with their sub-items.

Collins et al. 2024, BMJ 385:e078378 (CC BY 4.0). Numbers and sections are those of its Table 2; the topics
are short paraphrases of ours. A study by this package develops and evaluates models, so that all items apply.
"""

from results.checklists.checklist import Checklist, Item

_TITLE, _ABSTRACT, _INTRODUCTION = "Title", "Abstract", "Introduction"
_METHODS, _OPEN, _PUBLIC = "Methods", "Open science", "Patient and public involvement"
_RESULTS, _DISCUSSION = "Results", "Discussion"

TRIPOD_AI = Checklist(
    "tripod_ai",
    "TRIPOD+AI",
    "collins2024tripodai",
    (
        Item("1", _TITLE, "Development or evaluation, population, outcome", ("technology",), "the title"),
        Item("2", _ABSTRACT, "Summary by TRIPOD+AI for Abstracts", by_hand="the abstract"),
        Item(
            "3a",
            _INTRODUCTION,
            "Context and rationale",
            by_hand="the healthcare context, the rationale and existing models",
        ),
        Item(
            "3b",
            _INTRODUCTION,
            "Target population, purpose and users",
            by_hand="target population, purpose in the care pathway, and intended users",
        ),
        Item(
            "3c",
            _INTRODUCTION,
            "Health inequalities",
            by_hand="known health inequalities between sociodemographic groups",
        ),
        Item("4", _INTRODUCTION, "Objectives", ("question", "study_kind")),
        Item(
            "5a",
            _METHODS,
            "Sources of data",
            ("source", "partition"),
            "why these data, and how representative they are",
        ),
        Item("5b", _METHODS, "Dates", by_hand="when the images were taken"),
        Item("6a", _METHODS, "Setting and centres", by_hand="setting, number and place of the centres"),
        Item("6b", _METHODS, "Eligibility", ("selection",), "eligibility criteria of the data set"),
        Item("6c", _METHODS, "Treatments", by_hand="treatments, where they matter"),
        Item(
            "7",
            _METHODS,
            "Preprocessing and quality checks",
            ("preparation", "missing"),
            "whether image quality is alike across sociodemographic groups",
        ),
        Item(
            "8a",
            _METHODS,
            "Outcome",
            ("outcome",),
            "how and when it was assessed, why it was chosen, and whether alike across groups",
        ),
        Item("8b", _METHODS, "Outcome assessors", by_hand="qualifications and demographics of the readers"),
        Item("8c", _METHODS, "Blinding of the outcome assessment", by_hand="blinding of the readers"),
        Item("9a", _METHODS, "Choice of predictors", ("predictors",)),
        Item("9b", _METHODS, "Definition of predictors", ("preparation",), "how the images were acquired"),
        Item("9c", _METHODS, "Predictor assessors", ("no_assessor",)),
        Item(
            "10",
            _METHODS,
            "Sample size",
            ("subsets", "test_size"),
            "a calculation or reason for the size of the study",
        ),
        Item("11", _METHODS, "Missing data", ("missing",)),
        Item("12a", _METHODS, "Use of the data", ("partition", "validation")),
        Item("12b", _METHODS, "Handling of predictors", ("handling",)),
        Item(
            "12c",
            _METHODS,
            "Models, tuning, internal validation",
            ("architecture", "training", "model_choice"),
        ),
        Item(
            "12d",
            _METHODS,
            "Heterogeneity across clusters",
            ("clusters",),
            "differences between centres",
        ),
        Item(
            "12e", _METHODS, "Performance measures and comparison", ("metrics", "uncertainty", "comparison")
        ),
        Item("12f", _METHODS, "Model updating", ("no_update",)),
        Item("12g", _METHODS, "Calculation of predictions", ("prediction",)),
        Item("13", _METHODS, "Class imbalance", ("imbalance",)),
        Item(
            "14", _METHODS, "Fairness", by_hand="approaches to fairness: the records hold no demographic data"
        ),
        Item("15", _METHODS, "Output and thresholds", ("output",)),
        Item(
            "16",
            _METHODS,
            "Development against evaluation data",
            ("prevalence",),
            "differences in setting and eligibility",
        ),
        Item("17", _METHODS, "Ethical approval", by_hand="the committee, and consent or its waiver"),
        Item("18a", _OPEN, "Funding", by_hand="funding, and the role of the funders"),
        Item("18b", _OPEN, "Conflicts of interest", by_hand="conflicts of interest of all authors"),
        Item(
            "18c", _OPEN, "Protocol", ("protocol",), "where a protocol can be accessed, or that there is none"
        ),
        Item("18d", _OPEN, "Registration", by_hand="register and number, or that it was not registered"),
        Item("18e", _OPEN, "Data sharing", ("digests",), "where the data can be had"),
        Item(
            "18f", _OPEN, "Code sharing", ("software_available",), "where the code of this version can be had"
        ),
        Item("19", _PUBLIC, "Patient and public involvement", by_hand="involvement, or that there was none"),
        Item("20a", _RESULTS, "Flow of participants", ("flow", "missing"), "a diagram"),
        Item(
            "20b",
            _RESULTS,
            "Characteristics of participants",
            ("body_parts",),
            "dates, demographics, treatments and differences between groups",
        ),
        Item(
            "20c",
            _RESULTS,
            "Development and evaluation data compared",
            ("prevalence",),
            "the comparison of demographics",
        ),
        Item("21", _RESULTS, "Participants and events in each analysis", ("flow", "subsets", "validation")),
        Item(
            "22",
            _RESULTS,
            "The full model",
            ("digests", "software_available"),
            "access to the trained models, and restrictions of their use",
        ),
        Item(
            "23a",
            _RESULTS,
            "Performance with intervals",
            ("scores", "calls", "verdicts"),
            "performance in sociodemographic subgroups",
        ),
        Item("23b", _RESULTS, "Heterogeneity across clusters", by_hand="results by centre, if examined"),
        Item("24", _RESULTS, "Results of model updating", ("no_update",)),
        Item(
            "25",
            _DISCUSSION,
            "Interpretation",
            by_hand="an interpretation, with fairness and earlier studies",
        ),
        Item("26", _DISCUSSION, "Limitations", ("limits",), "their effect on bias and generalisability"),
        Item(
            "27a",
            _DISCUSSION,
            "Poor or unavailable input",
            by_hand="how poor images are to be handled in use",
        ),
        Item(
            "27b", _DISCUSSION, "Users and their expertise", by_hand="what users do, and what they must know"
        ),
        Item("27c", _DISCUSSION, "Next steps", by_hand="next steps of research"),
    ),
)
