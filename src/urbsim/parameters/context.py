"""Parameters that stand in the tables as context: the model does not read them, and why."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from urbsim.text import Text

_AMENITIES = Text("宜居性已包含在拟合的地区常数里", "amenities are inside the fitted place constants")
_OTHER_CITIES = Text("其他地区的户口价值取 0", "all other areas have 0")
_UN = Text("留给联合国方法的基线，模型不用", "kept for the baseline of the United Nations, which the engine does not run")

CONTEXT: Mapping[str, Text] = MappingProxyType(
    {
        "beta_am": _AMENITIES,
        "beta_nat": _AMENITIES,
        "beta_m": Text(
            "异地就医结算只影响随迁家属(c5、c5_s、c5_p)，不影响选择地点",
            "medical settlement acts on dependants only (c5, c5_s, c5_p), not on the choice of place",
        ),
        "sigma_w": Text("人口合成和新立户写定为 0.5", "0.5 is written into the synthesis and into new households"),
        "g_w": Text("区域数据的工资路径已含(region.yaml 的 g_w)", "the region's paths hold it (`g_w` in `region.yaml`, central value)"),
        "V_mega": Text("最大市区用 V_core，由此值插补", "the largest core has V_core, an interpolation up to this value"),
        "V_t2": _OTHER_CITIES,
        "V_t2r": _OTHER_CITIES,
        "theta_strict": Text("固定为 0：门槛只在资格里起作用", "fixed at 0: thresholds act in eligibility alone"),
        "eta_hp": Text("房价是输入，不随人口变化", "house prices are an input and do not answer"),
        "reclass_share": Text(
            "拟合的目标；各市年率在参数集里", "what the fit of a draw aims at; its yearly rates by prefecture are in the ensemble"
        ),
        "s_town": Text(
            "用来对照的规律；份额由 k_town、k_return_town、k_return_village 决定",
            "a pattern to compare with; k_town, k_return_town and k_return_village give the share",
        ),
        "g_lb": Text("文献符号相反，取 0；家庭分离经由 beta_split 起作用", "0 by sign conflict; a split family acts through beta_split"),
        "p_child": Text("c0 由它定出", "the number behind c0"),
        "TFR_m": Text("同一城乡类别用同一生育率", "one fertility by part for all"),
        "un_a": _UN,
        "un_b": _UN,
        "un_years": _UN,
    }
)
