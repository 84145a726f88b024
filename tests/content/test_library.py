"""Every text in the shipped library renders in every language, phase, kind and layout, and fits its channel."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta

import pytest

from emergency_kepu.content.catalog import load_catalog
from emergency_kepu.content.library import shipped
from emergency_kepu.content.limits import LIMITS
from emergency_kepu.content.render import RenderRequest, render
from emergency_kepu.domain.campaign import CalendarDay, CampaignKind, MessageFacts
from emergency_kepu.domain.hazard import HAZARDS

CATALOG = load_catalog(shipped("templates"))
LONGEST = {
    "zh-Hans": "新疆维吾尔自治区气象台和应急管理厅",
    "zh-Hant": "香港特別行政區天文台",
    "en": "Xinjiang Regional Observatory",
}
VALUES: dict[str, float | str] = {"magnitude": 6.1, "depth_km": 12.0, "max_temp_c": 41.0}
DAY = CalendarDay(
    titles={
        "zh-Hans": "全国中小学生安全教育日",
        "zh-Hant": "全國中小學生安全教育日",
        "en": "World Day for Safety and Health at Work",
    },
    first=date(2026, 11, 30),
    last=date(2026, 12, 31),
)
DAYS = {"zh-Hans": "11月30日至12月31日", "zh-Hant": "11月30日至12月31日", "en": "30 Nov to 31 Dec"}
COMBINATIONS = [
    (hazard, locale, phase, kind, layout)
    for hazard, topic in CATALOG.topics.items()
    for locale in LONGEST
    for phase in topic.meta.phases
    for kind in CampaignKind
    for layout in LIMITS
]


def request_of(hazard: str, locale: str, phase: str, kind: CampaignKind, layout: str, **more: object) -> RenderRequest:
    moment = datetime(2026, 11, 30, 15, 59, tzinfo=UTC)
    facts = MessageFacts(
        source_name=LONGEST[locale],
        place_codes=("511524", "513232", "469030", "654028"),
        issued_at=moment,
        until=moment + timedelta(hours=6),
        tz="Asia/Shanghai",
        severity="Severe",
        level_colour="orange",
        values=VALUES,
        day=DAY if kind is CampaignKind.CALENDAR else None,
    )
    return RenderRequest(hazard=hazard, locale=locale, layout=layout, phase=phase, kind=kind, facts=facts, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(("hazard", "locale", "phase", "kind", "layout"), COMBINATIONS)
def test_it_fits_with_the_five_elements(hazard: str, locale: str, phase: str, kind: CampaignKind, layout: str) -> None:
    message = render(CATALOG, request_of(hazard, locale, phase, kind, layout))

    assert message.size <= LIMITS[layout].most
    assert LONGEST[locale] in message.text, "source"
    assert HAZARDS[hazard].names[locale].split(" ")[0].lower() in message.text.lower(), "hazard"
    assert {"zh-Hans": "长宁县", "zh-Hant": "長寧縣", "en": "Changning"}[locale] in message.text, "place"
    time = DAYS[locale] if kind is CampaignKind.CALENDAR else "23:59"
    assert time in message.text, "time, as people there read it"
    assert message.actions
    assert message.actions[0] in message.text, "the first action"


@pytest.mark.parametrize("hazard", CATALOG.topics)
@pytest.mark.parametrize("locale", LONGEST)
def test_a_drill_says_so_first(hazard: str, locale: str) -> None:
    phase = CATALOG.topics[hazard].meta.phases[0]
    for layout in LIMITS:
        message = render(CATALOG, request_of(hazard, locale, phase, CampaignKind.ISSUE, layout, drill=True))
        assert message.text.startswith(CATALOG.phrases[locale].drill_lead)
        assert CATALOG.phrases[locale].drill_note in message.text


@pytest.mark.parametrize("hazard", CATALOG.topics)
def test_languages_say_the_same_and_every_claim_has_a_source(hazard: str) -> None:
    topic = CATALOG.topics[hazard]
    shapes = {
        locale: (
            {phase: [item.id for item in items] for phase, items in text.actions.items()},
            [item.id for item in text.avoid],
            [item.id for item in text.myths],
            text.impact.id,
            text.why.id,
        )
        for locale, text in topic.locales.items()
    }
    assert {locale for locale in shapes if not topic.locales[locale].draft} == {"zh-Hans", "zh-Hant", "en"}
    assert all(shape == shapes["en"] for shape in shapes.values())
    actions, avoid, myths, impact, why = shapes["en"]
    for entry in [*itertools.chain(*actions.values()), *avoid, *myths, impact, why]:
        sources = topic.meta.claims.get(entry, ())
        assert sources, f"{entry} has no source"
        assert set(sources) <= set(topic.meta.sources)


DEADLY = {
    "earthquake": ("往外跑出", "立即跑出", "run out of the building", "stand in a doorway"),
    "cholera": ("止泻药", "茶匙", "teaspoon"),
    "heat": ("用酒精擦", "酒精浴", "酒精降温", "酒精降溫", "rub with alcohol", "alcohol rub", "alcohol bath"),
    "landslide": ("顺坡跑", "順坡跑", "run downhill", "shelter below", "躲到坡下"),
    "debris_flow": ("沿沟跑", "沿溝跑", "躲到树", "躲到樹", "run down the", "climb a tree"),
    "flash_flood": ("躲到桥", "躲到橋", "冲过去", "衝過去", "drive through it", "shelter under a"),
    "waterlogging": ("停到地下", "重新点火", "重新點火", "park underground", "restart the engine", "move the car now"),
    "aftershock": (
        "三角区最安全",
        "往外跑出",
        "stand in a doorway",
        "triangle",
        "回屋拿",
        "回屋取",
        "go back for",
        "light a candle",
        "不会再有余震",
        "the danger is over",
    ),
    "volcanic_ash": (
        "湿毛巾就",
        "上屋顶",
        "上屋頂",
        "on the roof",
        "从桥上看",
        "watch from",
        "即使通知撤离",
        "stay at home even",
        "open the windows",
    ),
    "avalanche": (
        "可以横穿",
        "一个一个",
        "一個一個",
        "one at a time",
        "躲到雪坡下",
        "等救援队",
        "等救援隊",
        "wait for rescuers",
        "go for help",
        "小便",
        "口水",
        "spit",
        "不要出声",
        "不要出聲",
        "keep quiet",
        "下车逃",
        "下車逃",
        "leave the car",
    ),
    "tsunami": ("海水退去后再", "wait for a warning"),
    "chemical_leak": ("煮沸", "boil"),
    "influenza": ("捂汗", "吃抗生素", "可以吃阿司匹林", "可以吃阿斯匹靈", "sweat it out", "take antibiotics"),
    "respiratory_outbreak": ("消毒液雾化", "漱口消毒", "对人喷", "對人噴", "gargle", "spray people", "inhale steam"),
    "mers": (
        "24小时",
        "24小時",
        "24 hours",
        "退烧就",
        "退燒就",
        "坐公交去",
        "自己去医院",
        "自行就醫",
        "drink fresh",
        "ride a camel",
        "go straight to",
    ),
    "dengue": ("可用布洛芬", "奥司他韦", "奧司他韋", "利巴韦林", "oseltamivir", "ribavirin", "Take ibuprofen"),
    "measles": ("等疹子出透", "捂出疹子", "大剂量", "大劑量", "large dose", "wait for the rash", "measles party"),
    "avian_influenza": ("自己掩埋", "自行宰杀", "徒手", "bare hands", "bury the birds", "rare meat"),
    "plague": ("逃离", "逃離", "囤", "自行服药", "自行服藥", "flee", "leave the area", "stock up"),
    "anthrax": ("煮熟就能吃", "煮熟就可以吃", "挤破", "擠破", "squeeze", "shake the", "open the envelope"),
    "hand_foot_mouth": ("酒精", "可以挑破", "阿司匹林", "alcohol", "aspirin", "pop the blisters"),
    "norovirus": ("止泻药", "止瀉藥", "禁食", "茶匙", "teaspoon", "stop drinking", "alcohol gel works"),
    "food_poisoning": ("先催吐", "用手指", "盐水", "鹽水", "泻药排", "salt water", "mustard", "finger down"),
    "rabies": ("用嘴吸", "扎紧伤口", "紮緊傷口", "先观察动物", "先觀察動物", "suck", "tourniquet", "Wait for"),
    "mpox": ("挑破", "挤破", "擠破", "同性恋", "同性戀", "gay", "homosexual", "pop the"),
    "ebola": (
        "在家护理",
        "在家護理",
        "逃离",
        "逃離",
        "盐水",
        "鹽水",
        "flee",
        "salt water",
        "at home care",
        "gloves are enough",
    ),
    "yellow_fever": ("可用布洛芬", "Take ibuprofen", "退烧就安全", "退燒就安全", "every 10 years"),
    "polio": ("糖丸", "打针退烧", "打針退燒", "sugar pill", "injection for fever"),
    "meningitis": ("等疹子", "wait for the rash", "全校服药", "全校服藥", "whole school"),
    "chikungunya": ("可用布洛芬", "Take ibuprofen", "激素", "steroid", "ribavirin", "利巴韦林"),
    "malaria": ("青蒿泡水", "artemisia tea", "自带青蒿素", "先吃退烧药", "先吃退燒藥", "cold medicine first"),
    "tuberculosis": ("开除", "開除", "expel", "停药", "停藥", "分开碗筷", "分開碗筷"),
    "hantavirus": ("用扫帚", "用掃帚", "吸尘器吸", "吸塵器吸", "sweep up"),
    "mushroom_poisoning": (
        "手指",
        "盐水",
        "鹽水",
        "银针试",
        "銀針試",
        "salt water",
        "finger",
        "煮熟就",
        "cook them well",
    ),
    "snake_bite": (
        "扎紧",
        "紮緊",
        "松开",
        "鬆開",
        "tourniquet for",
        "用嘴吸",
        "十字切",
        "wash it with alcohol",
        "草药",
        "草藥",
    ),
    "cold_wave": ("喝点酒", "喝點酒", "一口酒", "rub with snow", "热水泡", "熱水泡", "in hot water", "按摩", "massage"),
    "snowstorm": (
        "弃车步行",
        "棄車步行",
        "walk for help",
        "关紧车窗",
        "關緊車窗",
        "windows closed",
        "整夜开着",
        "all night",
    ),
    "icing": (
        "踩死刹车",
        "踩死煞車",
        "brake hard",
        "泼热水",
        "潑熱水",
        "hot water",
        "冰面上走",
        "across the ice",
        "把电线挪开",
        "move the wire",
        "开窗就能",
        "開窗就能",
        "with a window open",
    ),
    "fog": ("请开远光", "請開遠光", "with high beam", "尾灯", "尾燈", "tail lights", "关掉车灯", "lights off"),
    "sandstorm": ("应急车道", "緊急車道", "emergency lane", "湿毛巾就", "隐形眼镜", "contact lens", "lights off"),
    "haze": ("棉布口罩即可", "cotton mask", "臭氧", "ozone", "开窗睡", "windows open"),
    "drought": ("不用洗手", "less often", "敞口", "烧荒", "燒荒", "burn off"),
    "wildfire": (
        "逆风",
        "逆風",
        "against the wind",
        "into the wind",
        "点火解围",
        "點火解圍",
        "backfire",
        "快往山上",
        "run uphill",
        "冲过火",
        "衝過火",
        "through the fire",
        "锁好门",
        "lock the door",
    ),
    "dam_break": (
        "等待通知再",
        "等候通知",
        "until you are told to leave",
        "小时内",
        "小時內",
        "within hours",
        "去看坝",
        "地下室",
        "basement",
    ),
    "storm_surge": ("可以去海边", "可以去海邊", "watch the waves", "留在船上", "stay on board", "地下室", "basement"),
    "tornado": (
        "躲在立交桥",
        "躲在高架橋",
        "under an overpass",
        "打开窗户",
        "打開窗戶",
        "open the windows",
        "西南角",
        "south-west",
        "到楼顶",
        "outrun",
    ),
    "gale": ("墙边躲", "牆邊躲", "beside a wall", "打开窗户", "打開窗戶", "open the windows", "顶住门", "頂住門"),
    "thunderstorm_gale": ("趴", "蹲下", "lie flat", "lie down", "crouch", "到树下", "到樹下", "open the windows"),
    "hail": ("停在桥下", "停在橋下", "under a bridge", "去盖车再", "快去盖", "快去蓋", "go and cover"),
    "lightning": (
        "趴下",
        "躺下",
        "蹲下",
        "lie flat",
        "crouch",
        "等雨停再",
        "until the rain stops",
        "不要碰他",
        "do not touch",
        "胶鞋能",
        "膠鞋能",
    ),
    "power_cut": (
        "点蜡烛",
        "點蠟燭",
        "light a candle",
        "8米",
        "8 m ",
        "铜丝",
        "銅絲",
        "copper wire",
        "用手拉开",
        "pull them away",
    ),
    "road_closure": (
        "请掉头",
        "請迴轉",
        "turn round",
        "turn around",
        "慢慢开过",
        "慢慢駛過",
        "drive through",
        "留在车里",
        "留在車裡",
        "stay in the car",
    ),
    "violent_attack": (
        "回去拿手机",
        "装死",
        "裝死",
        "play dead",
        "搏斗",
        "搏鬥",
        "fight back",
        "go and fetch",
        "跑出去看",
    ),
    "mine_accident": (
        "快进去",
        "快進去",
        "下去救",
        "go in and",
        "climb down",
        "憋住气",
        "憋住氣",
        "湿毛巾捂住",
        "hold your breath and run",
    ),
    "ebike_fire": (
        "搬到楼下",
        "搬到樓下",
        "搬到阳台",
        "carry it out and",
        "throw it",
        "从窗口扔",
        "在家充电",
        "charge it indoors",
    ),
    "rail_emergency": (
        "砸窗",
        "break the window",
        "跳到轨道",
        "climb down and walk",
        "乘电梯上",
        "take the lift",
        "留在车里等",
    ),
}
BANNED = ("恐慌", "惊慌", "panic", "绝对安全", "absolutely safe", "百分之百")


@pytest.mark.parametrize("hazard", CATALOG.topics)
def test_nothing_deadly_and_nothing_that_only_scolds(hazard: str) -> None:
    for text in CATALOG.topics[hazard].locales.values():
        whole = repr(text)
        for wording in (*BANNED, *DEADLY.get(hazard, ())):
            assert wording not in whole, (text.locale, wording)


def test_a_feed_cannot_inject() -> None:
    asked = request_of("rainstorm", "zh-Hans", "now", CampaignKind.ISSUE, "chat")
    facts = MessageFacts(
        source_name="<@all> {{ 7*7 }} [点我](http://x)\n\u202e第二行",
        place_text="某地\r\n某县",
        issued_at=asked.facts.issued_at,
        tz="Asia/Shanghai",
    )
    message = render(CATALOG, RenderRequest(hazard="rainstorm", locale="zh-Hans", layout="chat", facts=facts))
    for forbidden in ("<@", "{{", "49", "](", "\u202e"):
        assert forbidden not in message.text
