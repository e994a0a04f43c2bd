"""Sentences on the methods: models, training, evaluation, software."""

from results.checklists.phrases import Facts, asked_in, capital, metric_of, names_of
from results.methods_text.words import counted, joined, number, percent, plain, spelt
from results.metrics import AT_CHOSEN, METRICS

_CLASSIFYING = ("feature_extraction", "hand_crafted")  # sections of the grid with classifiers


def technology(facts: Facts) -> str:
    """The kinds of methods that are compared."""
    used = []
    if facts["frozen"]:
        used.append(
            f"frozen pretrained networks ({names_of(facts['frozen'])}) with a classifier on their features"
        )
    if facts["tuned"]:
        used.append(f"fine-tuned networks ({names_of(facts['tuned'])})")
    if facts["grid"]["hand_crafted"]:
        used.append("hand-crafted descriptors with a classifier")
    kind = "Deep learning" if facts["frozen"] or facts["tuned"] else "Machine learning"
    return f"{kind} on radiographs: {joined(used)}." if used else ""


def study_kind(facts: Facts) -> str:
    """Model development and internal testing; what is tested by which margin."""
    said = "Development of models and their internal testing, to compare methods"
    if not facts["comparisons"] or len(facts["grid"]["seeds"]) == 1:
        return f"{said}."
    margin = plain(facts["grid"]["evaluation"]["margin"])
    return f"{said}: superiority, equivalence within ±{margin} and non-inferiority by {margin} are tested."


def validation(facts: Facts) -> str:
    """What was held out within the training images."""
    by = "image" if facts["grid"]["dataset"]["protocol"] == "image" else "patient"
    said = []
    if facts["frozen"] or facts["grid"]["hand_crafted"]:
        said.append(
            f"classifiers were tuned by {number(facts['folds'])} folds by {by} within the training images"
        )
    said += dict.fromkeys(held for recipe in facts["recipes"] for held in _held_out(recipe, by))
    return f"{capital(joined(said))}." if said else ""


def _held_out(recipe: Facts, by: str) -> list[str]:
    """What a recipe held out, with few and with many images."""
    said = []
    if recipe["by_folds"]:
        few = f" with fewer than {number(recipe['folds_below'])} images" if recipe["by_part"] else ""
        said.append(f"fine-tuning was tuned by {number(recipe['folds'])} folds by {by}{few}, then refitted")
    if recipe["by_part"]:
        more = " with more" if recipe["by_folds"] else ""
        share = percent(recipe["validation_share"])
        said.append(f"fine-tuning{more} kept {share} of its training images for validation")
    return said


def architecture(facts: Facts) -> str:
    """Networks and classifiers."""
    said = []
    if facts["frozen"]:
        said.append(
            f"frozen networks: {names_of(facts['frozen'])}, whose pooled output is the feature vector"
        )
    if facts["tuned"]:
        said.append(
            f"fine-tuned networks: {names_of(facts['tuned'])}, with one output in place of their classifier"
        )
    used = dict.fromkeys(name for section in _CLASSIFYING for name in asked_in(facts, section, "classifiers"))
    labels = [facts["classifiers"][name]["label"] for name in used if name in facts["classifiers"]]
    if labels:
        said.append(f"classifiers: {joined(labels)}")
    return f"{capital('; '.join(said))}." if said else ""


def output(facts: Facts) -> str:
    """Probability, calibration and thresholds."""
    unit = facts["grid"]["evaluation"]["unit"]
    of = f"a {unit}" if unit == "study" else "an image"
    return (
        f"The probability that {of} is abnormal, calibrated by a sigmoid; classes at the threshold 0.5 "
        "and at the one with the largest sum of sensitivity and specificity on training images."
    )


def software(facts: Facts) -> str:
    """The software with its versions, and the devices."""
    named = {"python": "Python", "numpy": "NumPy", "scipy": "SciPy", "torch": "PyTorch", "mlflow": "MLflow"}
    versions = [f"{named.get(name, name)} {version}" for name, version in facts["versions"].items()]
    on = f" on {joined(facts['devices'])}" if facts["devices"] else ""
    software = facts["software"]
    return f"{capital(software['name'])} {software['version']} with {joined(versions)}{on}."


def initial(facts: Facts) -> str:
    """The weights that networks began from."""
    networks = {(network["name"], network["weights"]) for network in [*facts["frozen"], *facts["tuned"]]}
    return (
        f"Networks began from: {joined([f'{name}, {weights}' for name, weights in sorted(networks)])}."
        if networks
        else ""
    )


def training(facts: Facts) -> str:
    """Stages, epochs, rates and batches of each recipe."""
    said = [_recipe(recipe, len(facts["recipes"]) > 1) for recipe in facts["recipes"]]
    if facts["frozen"] or facts["grid"]["hand_crafted"]:
        said.insert(0, "Classifiers were fitted to all training images after the search for hyperparameters.")
    return " ".join([*said, "The methods text gives every setting."])


def _recipe(recipe: Facts, named: bool) -> str:
    stages = recipe["stages"]
    epochs = sum(stage["epochs"] for stage in stages)
    rates = list(dict.fromkeys(plain(rate) for stage in stages for rate in stage["learning_rate"]))
    which = f" by the recipe {recipe['name']}" if named else ""
    return (
        f"Fine-tuning{which}: {spelt(len(stages), 'stage')} of at most {counted(epochs, 'epoch')}, "
        f"learning rate {joined(rates, 'or')}, batches of {recipe['batch_size']} images."
    )


def model_choice(facts: Facts) -> str:
    """What chose hyperparameters, classifier and epoch."""
    said = []
    if facts["frozen"] or facts["grid"]["hand_crafted"]:
        said.append("the classifier and hyperparameters with the highest mean AUROC over the folds")
    if facts["tuned"]:
        said.append(
            "the epoch (and learning rate, where several are given) of a fine-tuning with the best validation"
        )
    return (
        f"Selected within the training images: {joined(said)}. The test set selected nothing." if said else ""
    )


def one_model(facts: Facts) -> str:
    """No ensemble."""
    return f"Models were not combined: each probability is that of one trained model{_views(facts)}."


def _views(facts: Facts) -> str:
    by_study = facts["grid"]["evaluation"]["unit"] == "study"
    return "; that of a study is the mean of its images'" if by_study else ""


def metrics(facts: Facts) -> str:
    """The primary metric and those beside it."""
    primary = facts["grid"]["evaluation"]["primary"].removesuffix(AT_CHOSEN)
    beside = [metric.label for name, metric in METRICS.items() if AT_CHOSEN not in name and name != primary]
    return f"Primary: {metric_of(facts)}. Beside it {joined(beside)} are in metrics.csv."


def uncertainty(facts: Facts) -> str:
    """How intervals are made, and what they hold for."""
    evaluation, seeds = facts["grid"]["evaluation"], len(facts["grid"]["seeds"])
    level = percent(evaluation["confidence"])
    of = (
        f"other test patients and other training sets, from the spread over {seeds} seeds"
        if seeds > 1
        else "other test patients alone (one seed)"
    )
    return (
        f"Intervals of {level} by a cluster bootstrap over test patients "
        f"({counted(evaluation['resamples'], 'resampling')}); those of differences hold for {of}."
    )


def comparison(facts: Facts) -> str:
    """Sides, level, family and margin of the tests."""
    if not facts["comparisons"]:
        return ""
    evaluation = facts["grid"]["evaluation"]
    alpha, margin = plain(1 - evaluation["confidence"]), plain(evaluation["margin"])
    family = counted(facts["comparisons"], "planned comparison")
    adjusted = f", adjusted over {family}" if facts["comparisons"] > 1 else ""
    tests = f"Differences are paired by patient and tested two-sided (α = {alpha}{adjusted})"
    if len(facts["grid"]["seeds"]) == 1:
        return f"{tests}; with one seed they claim nothing of the methods."
    return f"{tests}; equivalence within ±{margin} by two one-sided tests, non-inferiority one-sided."


def protocol(facts: Facts) -> str:
    """The grid file."""
    return f"The grid file {facts['grid']['name']} holds every setting and is printed in the report."


def software_available(facts: Facts) -> str:
    """The software's version and licence."""
    software = facts["software"]
    return f"{capital(software['name'])} {software['version']}, licence {software['license']}."


def digests(facts: Facts) -> str:
    """The digests of data and predictions."""
    listed = joined([digest[:12] for digest in facts["digests"]["manifest"]])
    pixels = joined([digest[:12] for digest in facts["digests"]["pixels"]])
    return (
        f"The data are identified by digests (listing {listed}; pixels {pixels}), and the predictions of "
        f"{counted(facts['digests']['predictions'], 'cell')} by theirs."
    )


def handling(facts: Facts) -> str:
    """Normalisation of pixels and features."""
    said = []
    if facts["frozen"] or facts["tuned"]:
        said.append("pixels were normalised by the mean and standard deviation of the weights")
    if facts["frozen"] or facts["grid"]["hand_crafted"]:
        said.append("features were standardised over the training images")
    return f"{capital(joined(said))}." if said else ""


def no_update(facts: Facts) -> str:
    """No updating of models."""
    return "No model was changed or calibrated again after the test."


def prediction(facts: Facts) -> str:
    """How predictions were calculated."""
    kept = f"kept with its digest{_views(facts)}"
    return f"By the trained model's code, a probability for each test image, {kept}."


def imbalance(facts: Facts) -> str:
    """Weighted losses, if there were any."""
    weighted = [recipe["name"] for recipe in facts["recipes"] if recipe["loss"] == "class_weighted_bce"]
    if not weighted:
        return "No method for class imbalance was used."
    return (
        f"Fine-tuning weighted the loss by class (recipe {joined(weighted)}); its probabilities were "
        "calibrated by a sigmoid afterwards. Classifiers used no method for class imbalance."
    )
