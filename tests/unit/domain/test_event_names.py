"""What the events of real feeds are taken for. None: a person looks, because no text of ours is right for it."""

from __future__ import annotations

import pytest

from emergency_kepu.domain.hazard import HAZARDS, classify

UNITED_STATES: dict[str | None, str] = {
    "avalanche": "Avalanche Advisory; Avalanche Warning; Avalanche Watch",
    "chemical_leak": "Hazardous Materials Warning",
    "cold_wave": "Cold Weather Advisory; Extreme Cold Warning; Extreme Cold Watch; Wind Chill Advisory; "
    "Wind Chill Warning; Wind Chill Watch",
    "earthquake": "Earthquake Warning",
    "flash_flood": "Flash Flood Statement; Flash Flood Warning; Flash Flood Watch",
    "flood": "Arroyo And Small Stream Flood Advisory; Flood Advisory; Flood Statement; Flood Warning; Flood Watch; "
    "Lakeshore Flood Advisory; Lakeshore Flood Statement; Lakeshore Flood Warning; Lakeshore Flood Watch; "
    "Small Stream Flood Advisory; Urban And Small Stream Flood Advisory",
    "fog": "Dense Fog Advisory; Freezing Fog Advisory",
    "frost": "Freeze Warning; Freeze Watch; Frost Advisory; Hard Freeze Warning; Hard Freeze Watch",
    "gale": "Brisk Wind Advisory; Extreme Wind Warning; Gale Warning; Gale Watch; High Wind Warning; High Wind Watch; "
    "Hurricane Force Wind Warning; Hurricane Force Wind Watch; Lake Wind Advisory; Storm Warning; Storm Watch; "
    "Wind Advisory",
    "haze": "Air Quality Alert; Air Stagnation Advisory; Dense Smoke Advisory",
    "heat": "Excessive Heat Warning; Excessive Heat Watch; Extreme Heat Warning; Extreme Heat Watch; Heat Advisory",
    "high_waves": "Hazardous Seas Warning; Hazardous Seas Watch; High Surf Advisory; High Surf Warning; "
    "Rip Current Statement; Small Craft Advisory For Hazardous Seas",
    "icing": "Freezing Rain Advisory; Ice Storm Warning",
    "radiation": "Nuclear Power Plant Warning; Radiological Hazard Warning",
    "sandstorm": "Blowing Dust Advisory; Blowing Dust Warning; Dust Advisory; Dust Storm Warning",
    "snowstorm": "Blizzard Warning; Blizzard Watch; Lake Effect Snow Advisory; Lake Effect Snow Warning; "
    "Lake Effect Snow Watch; Snow Squall Warning; Winter Storm Warning; Winter Storm Watch; Winter Weather Advisory",
    "storm_surge": "Coastal Flood Advisory; Coastal Flood Statement; Coastal Flood Warning; Coastal Flood Watch; "
    "Storm Surge Warning; Storm Surge Watch",
    "thunderstorm_gale": "Severe Thunderstorm Warning; Severe Thunderstorm Watch",
    "tornado": "Tornado Warning; Tornado Watch",
    "tsunami": "Tsunami Advisory; Tsunami Warning; Tsunami Watch",
    "typhoon": "Hurricane Local Statement; Hurricane Warning; Hurricane Watch; Tropical Cyclone Local Statement; "
    "Tropical Depression Local Statement; Tropical Storm Local Statement; Tropical Storm Warning; "
    "Tropical Storm Watch; Typhoon Local Statement; Typhoon Warning; Typhoon Watch",
    "volcanic_ash": "Ashfall Advisory; Ashfall Warning; Volcano Warning",
    "wildfire": "Extreme Fire Danger; Fire Warning; Fire Weather Watch; Red Flag Warning",
    # what is meant stands in the text alone: a Civil Danger Warning may be an attack, or bad water
    None: "911 Telephone Outage Emergency; Administrative Message; Beach Hazards Statement; Blue Alert; "
    "Child Abduction Emergency; Civil Danger Warning; Civil Emergency Message; Evacuation - Immediate; "
    "Freezing Spray Advisory; Hazardous Weather Outlook; Heavy Freezing Spray Warning; Heavy Freezing Spray Watch; "
    "Hydrologic Advisory; Hydrologic Outlook; Law Enforcement Warning; Local Area Emergency; Low Water Advisory; "
    "Marine Weather Statement; Severe Weather Statement; Shelter In Place Warning; Short Term Forecast; "
    "Small Craft Advisory; Small Craft Advisory For Rough Bar; "
    "Small Craft Advisory For Winds; Special Marine Warning; Special Weather Statement; Test",
}

CHINA: dict[str | None, str] = {
    "avalanche": "雪崩",
    "carbon_monoxide": "一氧化碳中毒气象条件",
    "cold_wave": "寒潮 寒冷 严寒 低温 持续低温 低温冻害 低温雨雪冰冻 强降温 降温 强冷空气 低溫",
    "debris_flow": "泥石流 土石流",
    "drought": "干旱 气象干旱 农业干旱",
    "flash_flood": "山洪 山洪灾害 山洪灾害气象风险",
    "flood": "洪水 洪涝灾害气象风险 中小河流洪水气象风险 洪水灾害气象风险",
    "fog": "大雾 浓雾 海上大雾 海区大雾 濃霧",
    "frost": "霜冻 作物霜冻",
    "gale": "大风 海上大风 海区大风 强季风 陸上強風 強烈季候風",
    "hail": "冰雹",
    "haze": "霾 灰霾 重污染 空气重污染 重污染天气 重污染气象条件",
    "heat": "高温 高温中暑 热浪 中暑气象条件 酷熱天氣",
    "high_waves": "海浪 長浪",
    "icing": "道路结冰 道路冰雪 冰冻 低温凝冻 冻雨",
    "landslide": "地质灾害 地质灾害气象风险 滑坡 山泥傾瀉",
    "lightning": "雷电 雷暴 海上雷电",
    "rainstorm": "暴雨 强降雨 短时强降雨 短时强降水 短历时强降水 豪雨 大豪雨 大雨",
    "sandstorm": "沙尘暴 沙尘 春季沙尘天气 浓浮尘",
    "snowstorm": "暴雪 大雪 暴风雪 雪灾",
    "storm_surge": "风暴潮",
    "thunderstorm_gale": "雷雨大风 雷暴大风 雷雨强风 海上雷雨大风 强对流 下击暴流 飑线 雷电大风",
    "tornado": "龙卷风 龙卷",
    "typhoon": "台风 海上台风 台风暴雨 热带风暴 颱風 熱帶氣旋",
    "waterlogging": "内涝 城市内涝 城市内涝气象风险 渍涝风险 淹水",
    "wildfire": "森林火险 草原火险 森林草原火险 森林（草原）火险 森林(草原)火险 "
    "森林火险气象风险 森林（草原）火灾气象风险",
    # fields, ships, aeroplanes, the wrong mask: no text of ours
    None: "干热风 连阴雨 寒露风 农田渍涝 臭氧 低空风切变 空间天气 电线积冰 医疗气象 停课信号 停工信号 海上风险 "
    "能见度不良 脑卒中气象风险 感冒等呼吸道疾病气象条件 人工影响天气",
}

JAPAN: dict[str | None, str] = {
    "avalanche": "なだれ注意報",
    "cold_wave": "低温注意報",
    "earthquake": "緊急地震速報",
    "flood": "洪水警報 洪水注意報",
    "fog": "濃霧注意報",
    "frost": "霜注意報 霜",
    "gale": "暴風警報 暴風特別警報 強風注意報",
    "heat": "熱中症警戒アラート",
    "high_waves": "波浪警報 波浪注意報 波浪特別警報",
    "landslide": "土砂災害警戒情報 レベル3土砂災害警報",
    "lightning": "雷注意報 雷",
    "rainstorm": "大雨警報 大雨注意報 大雨特別警報 記録的短時間大雨情報",
    "snowstorm": "大雪警報 大雪注意報 暴風雪警報 風雪注意報 暴風雪特別警報",
    "storm_surge": "高潮警報 高潮注意報 高潮特別警報 高潮",
    "tornado": "竜巻注意情報",
    "tsunami": "津波警報 大津波警報 津波注意報",
    "typhoon": "台風",
    None: "乾燥注意報 着氷注意報 着雪注意報 融雪注意報 その他の注意報",
}
EUROPE: dict[str | None, str] = {
    "avalanche": "Yellow Avalanche Warning; avalanches",
    "cold_wave": "Orange Low Temperature Warning; Extreme low temperature; STRENGER FROST; grand froid",
    "flood": "Flooding; HOCHWASSER; inondation; crues",
    "fog": "Yellow Fog Warning; NEBEL; brouillard",
    "frost": "FROST",
    "gale": "Yellow Wind Warning; wind; WINDBÖEN; STURMBÖEN; SCHWERE STURMBÖEN; ORKANARTIGE BÖEN; ORKANBÖEN; STURM; "
    "vent violent",
    "heat": "Red High Temperature Warning; Extreme high temperature; HITZE; canicule",
    "icing": "GLÄTTE; GLATTEIS; verglas; freezing rain",
    "rainstorm": "Orange Rain Warning; rain; rain-flood; STARKREGEN; HEFTIGER STARKREGEN; DAUERREGEN; "
    "ERGIEBIGER DAUERREGEN; pluie-inondation",
    "snowstorm": "snow; SCHNEEFALL; STARKER SCHNEEFALL; SCHNEEVERWEHUNG",
    "storm_surge": "STURMFLUT; vagues-submersion",
    "thunderstorm_gale": "Yellow Thunderstorm Warning; GEWITTER; STARKES GEWITTER; SCHWERES GEWITTER mit ORKANBÖEN; "
    "SCHWERES GEWITTER mit EXTREM HEFTIGEM STARKREGEN und HAGEL; orages",
    "wildfire": "Forest-Fire Warning; forest fire danger; feux de forêt",
    None: "Orange Snow-Ice Warning; Snow/Ice; Coastal Event Warning; Ice; TAUWETTER; UV; Vannstand; séisme",
}
CANADA_INDIA_AUSTRALIA: dict[str | None, str] = {
    "cold_wave": "extreme cold warning; arctic outflow; Cold Wave",
    "flood": "Flood",
    "gale": "wind warning; Strong Surface Winds; Marine Wind Warning",
    "high_waves": "High Wave Alert; Swell Surge; Hazardous Surf Warning",
    "icing": "freezing drizzle advisory; flash freeze warning; orange warning - flash freeze; pluie verglaçante",
    "rainstorm": "rainfall warning; Heavy Rain; Very heavy rainfall; avertissement de pluie",
    "snowstorm": "snowfall warning; snow squall warning; snow squall watch; blowing snow advisory; "
    "winter storm; poudrerie",
    "thunderstorm_gale": "yellow warning - severe thunderstorm; squall; Thunderstorm with Lightning; orages violents",
    "traffic_accident": "Motor Vehicle Accident",
    "typhoon": "tropical storm; hurricane; Cyclone; Cyclonic Storm; Tropical Cyclone Advice",
    "wildfire": "Bushfire; Brush Fire; Grass Fire; Fire Weather Warning; Forest Fire",
    None: "special weather statement; Other Non-Urgent Alerts; Fire; Storm; Extratropical Cyclone; "
    "Sheep Graziers Alert",
}
DISEASES: dict[str | None, str] = {
    "anthrax": "Anthrax",
    "avian_influenza": "Avian Influenza A(H5N1); Avian Influenza A (H9N2); Influenza A(H5N1); H5N1型禽流感; "
    "Human infection caused by influenza A(H5N1); Human infection with avian influenza A(H7N9) virus",
    "chikungunya": "Chikungunya virus disease; Chikungunya",
    "cholera": "Cholera",
    "dengue": "Dengue; Dengue fever",
    "ebola": "Ebola virus disease; Ebola disease caused by Bundibugyo virus; Sudan virus disease; "
    "Marburg virus disease",
    "hantavirus": "Hantavirus; Hantavirus cluster linked to cruise ship travel",
    "influenza": "Seasonal influenza; Influenza A(H1N1)",
    "malaria": "Malaria",
    "measles": "Measles",
    "meningitis": "Meningitis; Meningococcal disease; Invasive meningococcal disease",
    "mpox": "Mpox; Monkeypox; Mpox: recombinant virus with genomic elements of clades Ib and IIb",
    "plague": "Plague; Pneumonic plague",
    "polio": "Circulating vaccine-derived poliovirus type 2 (cVDPV2); Wild poliovirus type 1 (WPV1); "
    "Circulating vaccine-derived polioviruses; Poliomyelitis",
    "mers": "Middle East respiratory syndrome coronavirus (MERS-CoV); Middle East respiratory syndrome coronavirus",
    "respiratory_outbreak": "COVID-19; "
    "Acute respiratory infections complicated by malaria (previously undiagnosed disease)",
    "yellow_fever": "Yellow Fever",
    None: "Nipah virus infection; Oropouche virus disease; Lassa Fever; Zika virus disease; Typhoid fever; "
    "Undiagnosed disease; Influenza A(H1N1) variant virus; Influenza A (H3N2) variant virus; Swine influenza; "
    "Locust plague; Foot-and-mouth disease; Rubella (German measles); "
    "Severe acute respiratory syndrome; SARS; Pneumonia of unknown cause",
}
TABLES = {
    "us": (UNITED_STATES, ";"),
    "cn": (CHINA, " "),
    "jp": (JAPAN, " "),
    "eu": (EUROPE, ";"),
    "others": (CANADA_INDIA_AUSTRALIA, ";"),
    "who": (DISEASES, ";"),
}
CASES = [
    pytest.param(name.strip(), hazard, id=f"{where}-{name.strip()}")
    for where, (table, mark) in TABLES.items()
    for hazard, names in table.items()
    for name in names.split(mark)
]


@pytest.mark.parametrize(("name", "hazard"), CASES)
def test_events_of_real_feeds(name: str, hazard: str | None) -> None:
    assert hazard is None or hazard in HAZARDS
    assert classify(event=name) == hazard
    assert classify(event=name.upper()) == hazard
    assert classify(event=f"  {name}  ") == hazard
    assert classify(event="", headline=name) == hazard
    assert classify(event="Vannstand", headline=name) is None, "the headline counts only where the event is empty"


@pytest.mark.parametrize(
    "claim",
    [
        "冰冻食品不能再吃",
        "用冰水给发烧的人降温最好",
        "viande crue",
        "Piracy on the high seas",
        "Snow White",
    ],
)
def test_words_of_other_things_in_a_sentence(claim: str) -> None:
    """A fact-check is a sentence: what counts as a whole title must not count inside one."""
    assert classify(event=claim) is None
