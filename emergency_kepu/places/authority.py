"""Names of Chinese authorities in the reader's language: 犍为县气象台 is Qianwei County Meteorological Observatory.

Composed from the place's own name and a closed list of kinds of office; whatever is not exactly that stays as its
alert wrote it. It matters beyond courtesy: one Chinese character in an English SMS turns all of it into UCS-2, and two
thirds of the advice no longer fit.
"""

from __future__ import annotations

from functools import cache

from emergency_kepu.places.china import Place, table

OFFICES: dict[str, tuple[str, str]] = {
    "气象台": ("氣象台", "Meteorological Observatory"),
    "气象局": ("氣象局", "Meteorological Bureau"),
    "中心气象台": ("中心氣象台", "Meteorological Observatory"),
    "突发事件预警信息发布中心": ("突發事件預警資訊發布中心", "Emergency Warning Centre"),
    "预警信息发布中心": ("預警資訊發布中心", "Emergency Warning Centre"),
    "应急管理局": ("應急管理局", "Emergency Management Bureau"),
    "应急管理厅": ("應急管理廳", "Emergency Management Department"),
    "地震局": ("地震局", "Earthquake Agency"),
    "地震台": ("地震台", "Seismic Station"),
    "水利局": ("水利局", "Water Resources Bureau"),
    "水利厅": ("水利廳", "Water Resources Department"),
    "水务局": ("水務局", "Water Authority"),
    "水文局": ("水文局", "Hydrology Bureau"),
    "自然资源局": ("自然資源局", "Natural Resources Bureau"),
    "自然资源厅": ("自然資源廳", "Natural Resources Department"),
    "自然资源和规划局": ("自然資源和規劃局", "Natural Resources Bureau"),
    "生态环境局": ("生態環境局", "Environment Bureau"),
    "林业局": ("林業局", "Forestry Bureau"),
    "林业和草原局": ("林業和草原局", "Forestry Bureau"),
    "海洋预报台": ("海洋預報台", "Marine Forecasting Station"),
    "卫生健康委员会": ("衛生健康委員會", "Health Commission"),
    "卫生健康局": ("衛生健康局", "Health Bureau"),
    "疾病预防控制中心": ("疾病預防控制中心", "Centre for Disease Control"),
    "疾病预防控制局": ("疾病預防控制局", "Disease Control Bureau"),
    "市场监督管理局": ("市場監督管理局", "Market Regulation Bureau"),
    "消防救援支队": ("消防救援支隊", "Fire and Rescue Service"),
    "消防救援总队": ("消防救援總隊", "Fire and Rescue Service"),
    "公安局": ("公安局", "Police"),
    "人民政府": ("人民政府", "Government"),
    "防汛抗旱指挥部": ("防汛抗旱指揮部", "Flood Control Headquarters"),
}
NATIONAL: dict[str, tuple[str, str]] = {
    "中央气象台": ("中央氣象台", "China National Meteorological Centre"),
    "中国气象局": ("中國氣象局", "China Meteorological Administration"),
    "中国地震台网中心": ("中國地震台網中心", "China Earthquake Networks Center"),
    "中国地震台网": ("中國地震台網", "China Earthquake Networks Center"),
    "国家疾控局": ("國家疾控局", "National Disease Control Administration of China"),
    "国家卫生健康委": ("國家衛生健康委", "National Health Commission of China"),
    "应急管理部": ("應急管理部", "Ministry of Emergency Management of China"),
    "自然资源部": ("自然資源部", "Ministry of Natural Resources of China"),
    "水利部": ("水利部", "Ministry of Water Resources of China"),
    "自然资源部海啸预警中心": ("自然資源部海嘯預警中心", "National Tsunami Warning Center of China"),
}


def authority_name(name: str, locale: str) -> str:
    """The name in zh-Hant or English where it can be composed, else as it is.

    Readers of other scripts get the English one, those of Japanese the traditional characters, as with places."""
    if locale == "zh-Hans":
        return name
    chinese = locale in ("zh-Hant", "ja")
    column = 0 if chinese else 1
    if name in NATIONAL:
        return NATIONAL[name][column]
    found = office_of(name)
    if found is None:
        return name
    place, office = found
    parts = (place.names["zh-Hant" if chinese else "en"], OFFICES[office][column])
    return "".join(parts) if chinese else " ".join(parts)


def office_of(name: str) -> tuple[Place, str] | None:
    """(whose, a key of OFFICES) where a Chinese name is exactly a place and an office."""
    for office in sorted(OFFICES, key=len, reverse=True):
        if name.endswith(office):
            place = _unique().get(name.removesuffix(office))
            if place is not None:
                return place, office
    return None


def place_before(name: str) -> Place | None:
    """The longest place that a Chinese name of an office begins with."""
    return next((_unique()[name[:end]] for end in range(len(name), 1, -1) if name[:end] in _unique()), None)


@cache
def _unique() -> dict[str, Place]:
    """Places by their full Chinese name, and by the short one of provinces and cities. Two counties may share a name:
    then both read alike in every language, and it does not matter which one is found."""
    found: dict[str, Place] = {}
    for place in table().values():
        name = place.names["zh-Hans"]
        found.setdefault(name, place)
        if place.level != "county":
            for ending in ("省", "市", "壮族自治区", "回族自治区", "维吾尔自治区", "自治区"):
                if name.endswith(ending) and len(name) - len(ending) >= 2:
                    found.setdefault(name.removesuffix(ending), place)
    return found
