"""CLAIM 2024, the Checklist for Artificial Intelligence in Medical Imaging: 44 items.

Tejani et al. 2024, Radiology: Artificial Intelligence 6(4):e240300. Numbers and sections are those of the
publication; the topics are short paraphrases of ours, no quotations: a journal may ask for its own form.
"""

from results.checklists.checklist import Checklist, Item

_TITLE, _INTRODUCTION = "Title and abstract", "Introduction"
_DESIGN, _DATA, _STANDARD = "Methods: design", "Methods: data", "Methods: reference standard"
_PARTITIONS, _TESTING, _MODEL = "Methods: data partitions", "Methods: testing data", "Methods: model"
_TRAINING, _EVALUATION = "Methods: training", "Methods: evaluation"
_RESULTS, _PERFORMANCE, _DISCUSSION, _OTHER = "Results: data", "Results: model", "Discussion", "Other"

CLAIM_2024 = Checklist(
    "claim_2024",
    "CLAIM 2024",
    "tejani2024claim",
    (
        Item("1", _TITLE, "AI study, with its kind of technology", ("technology",), "the title"),
        Item("2", _TITLE, "Structured summary", by_hand="the abstract"),
        Item(
            "3",
            _INTRODUCTION,
            "Background, intended use and clinical role",
            by_hand="the scientific and clinical background, and the intended use",
        ),
        Item("4", _INTRODUCTION, "Aims and hypotheses", ("question",), "clinical aims and hypotheses"),
        Item(
            "5",
            _DESIGN,
            "Prospective or retrospective",
            by_hand="whether the images were collected for this study or before it",
        ),
        Item("6", _DESIGN, "Goal of the study", ("study_kind",), "the clinical goal"),
        Item("7", _DATA, "Data sources", ("source",), "where and how the images were collected"),
        Item(
            "8",
            _DATA,
            "Inclusion and exclusion criteria",
            ("selection",),
            "how patients came into the data set",
        ),
        Item("9", _DATA, "Preprocessing", ("preparation",)),
        Item("10", _DATA, "Selection of subsets of the data", ("subsets",)),
        Item("11", _DATA, "De-identification", by_hand="how the images were de-identified"),
        Item("12", _DATA, "Missing data", ("missing",)),
        Item("13", _DATA, "Image acquisition", by_hand="devices, views and settings of the radiographs"),
        Item("14", _STANDARD, "Definition of the reference standard", ("outcome",), "how labels were given"),
        Item("15", _STANDARD, "Reason for this standard", by_hand="why this reference standard was chosen"),
        Item("16", _STANDARD, "Source of the annotations", by_hand="who annotated, with what qualification"),
        Item("17", _STANDARD, "Annotation of the test set", by_hand="how the test set was annotated"),
        Item("18", _STANDARD, "Variability between raters", by_hand="inter- and intra-rater variability"),
        Item("19", _PARTITIONS, "Assignment to partitions", ("partition", "validation")),
        Item("20", _PARTITIONS, "Level at which partitions are disjoint", ("disjoint",)),
        Item(
            "21",
            _TESTING,
            "Intended sample size",
            ("test_size",),
            "a calculation or reason for the size of the test set",
        ),
        Item("22", _MODEL, "Description of the models", ("architecture", "output")),
        Item("23", _MODEL, "Software", ("software",)),
        Item("24", _MODEL, "Initialisation", ("initial",)),
        Item("25", _TRAINING, "Training", ("training",)),
        Item("26", _TRAINING, "Selection of the final model", ("model_choice",)),
        Item("27", _TRAINING, "Ensembles", ("one_model",)),
        Item("28", _EVALUATION, "Performance metrics", ("metrics",)),
        Item("29", _EVALUATION, "Uncertainty and significance", ("uncertainty", "comparison")),
        Item("30", _EVALUATION, "Robustness or sensitivity", ("robustness",)),
        Item(
            "31",
            _EVALUATION,
            "Explainability",
            by_hand="explanations of predictions, if any were made: the benchmark makes none",
        ),
        Item("32", _EVALUATION, "Internal testing", ("internal_test",)),
        Item("33", _EVALUATION, "External testing", ("no_external",), "why there is no external test"),
        Item("34", _EVALUATION, "Trial registration", by_hand="the registration, where it is a trial"),
        Item("35", _RESULTS, "Numbers included and excluded", ("flow", "missing"), "a flow chart"),
        Item(
            "36",
            _RESULTS,
            "Characteristics of the cases in each partition",
            ("body_parts",),
            "age, sex and clinical characteristics",
        ),
        Item("37", _PERFORMANCE, "Performance with uncertainty", ("verdicts",)),
        Item("38", _PERFORMANCE, "Diagnostic performance and its precision", ("scores", "calls")),
        Item(
            "39",
            _PERFORMANCE,
            "Wrongly classified cases",
            ("errors",),
            "what the wrongly classified images show",
        ),
        Item("40", _DISCUSSION, "Limitations", ("limits",), "clinical limitations"),
        Item("41", _DISCUSSION, "Implications for practice", by_hand="implications and clinical role"),
        Item("42", _OTHER, "Full protocol or technical details", ("protocol",)),
        Item(
            "43",
            _OTHER,
            "Availability of software, models and data",
            ("software_available", "digests"),
            "where code, trained models and data can be had",
        ),
        Item("44", _OTHER, "Funding", by_hand="funding, and the role of the funders"),
    ),
)
