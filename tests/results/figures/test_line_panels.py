import pandas as pd

from results.figures.line_panels import line_panels


def test_a_panel_per_value_with_a_tick_at_each_step():
    table = pd.DataFrame(
        [
            {
                "part": part,
                "strategy": strategy,
                "line": "",
                "dose": dose,
                "value": 0.8,
                "low": 0.7,
                "high": 0.9,
            }
            for part in ("a", "b")
            for strategy in ("feature_extraction", "fine_tuning")
            for dose in (0.5, 2.0)
        ]
    )
    figure = line_panels(
        table,
        "part",
        "dose",
        "dose of x",
        metric="auroc",
        unit="study",
        width=6,
        title=str.upper,
        tick=lambda dose: f"{dose:g} mg",
    )
    assert [axis.get_title() for axis in figure.axes] == ["A", "B"]
    assert [tick.get_text() for tick in figure.axes[0].get_xticklabels()] == ["0.5 mg", "2 mg"]
    assert figure.axes[1].get_xlabel() == "dose of x"
    assert len([line for line in figure.axes[1].lines if len(line.get_xdata())]) == 2
