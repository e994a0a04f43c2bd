"""Whom to cite, by key."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Citation:
    """A work: as the text calls it (`Holm 1979`), as the list of references says it, and where it is."""

    key: str
    short: str
    text: str
    link: str  # doi:10.… or https://…


_CITATIONS = (
    Citation(
        "mura",
        "Rajpurkar et al. 2017",
        "Rajpurkar P, Irvin J, Bagul A, et al. MURA: Large dataset for abnormality detection in "
        "musculoskeletal radiographs. arXiv:1712.06957, 2017.",
        "https://arxiv.org/abs/1712.06957",
    ),
    Citation(
        "medmnist",
        "Yang et al. 2023",
        "Yang J, Shi R, Wei D, et al. MedMNIST v2: A large-scale lightweight benchmark for 2D and 3D "
        "biomedical image classification. Scientific Data 10:41, 2023.",
        "doi:10.1038/s41597-022-01721-8",
    ),
    Citation(
        "pneumonia",
        "Kermany et al. 2018",
        "Kermany DS, Goldbaum M, Cai W, et al. Identifying medical diagnoses and treatable diseases by "
        "image-based deep learning. Cell 172(5):1122–1131, 2018.",
        "doi:10.1016/j.cell.2018.02.010",
    ),
    Citation(
        "timm",
        "Wightman 2019",
        "Wightman R. PyTorch Image Models. 2019.",
        "doi:10.5281/zenodo.4414861",
    ),
    Citation(
        "torchvision",
        "TorchVision 2016",
        "TorchVision maintainers and contributors. TorchVision: PyTorch's computer vision library. 2016.",
        "https://github.com/pytorch/vision",
    ),
    Citation(
        "pytorch",
        "Paszke et al. 2019",
        "Paszke A, Gross S, Massa F, et al. PyTorch: An imperative style, high-performance deep learning "
        "library. Advances in Neural Information Processing Systems 32, 2019.",
        "https://arxiv.org/abs/1912.01703",
    ),
    Citation(
        "sklearn",
        "Pedregosa et al. 2011",
        "Pedregosa F, Varoquaux G, Gramfort A, et al. Scikit-learn: Machine learning in Python. Journal of "
        "Machine Learning Research 12:2825–2830, 2011.",
        "https://jmlr.org/papers/v12/pedregosa11a.html",
    ),
    Citation(
        "xgboost",
        "Chen & Guestrin 2016",
        "Chen T, Guestrin C. XGBoost: A scalable tree boosting system. Proceedings of the 22nd ACM SIGKDD "
        "International Conference on Knowledge Discovery and Data Mining, 785–794, 2016.",
        "doi:10.1145/2939672.2939785",
    ),
    Citation(
        "skimage",
        "van der Walt et al. 2014",
        "van der Walt S, Schönberger JL, Nunez-Iglesias J, et al. scikit-image: Image processing in Python. "
        "PeerJ 2:e453, 2014.",
        "doi:10.7717/peerj.453",
    ),
    Citation(
        "bootstrap",
        "Efron & Tibshirani 1993",
        "Efron B, Tibshirani RJ. An introduction to the bootstrap. Chapman & Hall, New York, 1993.",
        "doi:10.1007/978-1-4899-4541-9",
    ),
    Citation(
        "holm",
        "Holm 1979",
        "Holm S. A simple sequentially rejective multiple test procedure. Scandinavian Journal of Statistics "
        "6(2):65–70, 1979.",
        "https://www.jstor.org/stable/4615733",
    ),
    Citation(
        "statsmodels",
        "Seabold & Perktold 2010",
        "Seabold S, Perktold J. Statsmodels: Econometric and statistical modeling with Python. Proceedings "
        "of the 9th Python in Science Conference, 92–96, 2010.",
        "doi:10.25080/Majora-92bf1922-011",
    ),
    Citation(
        "delong",
        "DeLong et al. 1988",
        "DeLong ER, DeLong DM, Clarke-Pearson DL. Comparing the areas under two or more correlated receiver "
        "operating characteristic curves: A nonparametric approach. Biometrics 44(3):837–845, 1988.",
        "doi:10.2307/2531595",
    ),
    Citation(
        "mcnemar",
        "McNemar 1947",
        "McNemar Q. Note on the sampling error of the difference between correlated proportions or "
        "percentages. Psychometrika 12(2):153–157, 1947.",
        "doi:10.1007/BF02295996",
    ),
    Citation(
        "demsar",
        "Demšar 2006",
        "Demšar J. Statistical comparisons of classifiers over multiple data sets. Journal of Machine "
        "Learning Research 7:1–30, 2006.",
        "https://jmlr.org/papers/v7/demsar06a.html",
    ),
    Citation(
        "posthocs",
        "Terpilowski 2019",
        "Terpilowski MA. scikit-posthocs: Pairwise multiple comparison tests in Python. Journal of Open "
        "Source Software 4(36):1169, 2019.",
        "doi:10.21105/joss.01169",
    ),
    Citation(
        "power_law",
        "Figueroa et al. 2012",
        "Figueroa RL, Zeng-Treitler Q, Kandula S, Ngo LH. Predicting sample size required for classification "
        "performance. BMC Medical Informatics and Decision Making 12:8, 2012.",
        "doi:10.1186/1472-6947-12-8",
    ),
    Citation(
        "mlflow",
        "Zaharia et al. 2018",
        "Zaharia M, Chen A, Davidson A, et al. Accelerating the machine learning lifecycle with MLflow. IEEE "
        "Data Engineering Bulletin 41(4):39–45, 2018.",
        "https://databricks.com/research/accelerating-the-machine-learning-lifecycle-with-mlflow",
    ),
)
BY_KEY = {citation.key: citation for citation in _CITATIONS}
