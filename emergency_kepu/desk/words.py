"""The console's own words in its two languages."""

from __future__ import annotations

WORDS: dict[str, dict[str, str]] = {
    "zh-CN": {
        "waiting": "等待审批",
        "nothing_waits": "没有等待审批的内容。",
        "approve_with": "审批命令",
        "campaigns": "发布",
        "incidents": "事件",
        "deliveries": "投递",
        "dead": "无法处理的记录",
        "hazard": "灾种",
        "title": "标题",
        "state": "状态",
        "kind": "类型",
        "progress": "进度",
        "first_send": "首条用时",
        "severity": "级别",
        "updated": "更新时间",
        "channel": "渠道",
        "count": "数量",
        "approved_by": "已审批",
        "drill": "演练",
        "decisions": "决定与原因",
        "back": "返回总览",
        "none": "暂无",
        "other": "English",
        "other_lang": "en",
        "refresh": "每 5 秒自动刷新",
        "draft": "草稿", "launched": "发送中", "finished": "已完成", "superseded": "已被更新取代",
        "cancelled": "已取消", "rejected": "已否决", "approved": "已批准", "open": "进行中", "expired": "已到期",
        "issue": "首次", "update": "更新", "all_clear": "解除", "queued": "排队", "sending": "发送中", "sent": "已发送",
        "delivered": "已送达", "failed": "失败", "skipped": "未发送", "recalled": "已撤回",
        "Unknown": "未定", "Minor": "一般", "Moderate": "较重", "Severe": "严重", "Extreme": "特别严重",
    },
    "en": {
        "waiting": "Waiting for approval",
        "nothing_waits": "Nothing waits for approval.",
        "approve_with": "Approve with",
        "campaigns": "Campaigns",
        "incidents": "Incidents",
        "deliveries": "Deliveries",
        "dead": "Dead letters",
        "hazard": "Hazard",
        "title": "Title",
        "state": "State",
        "kind": "Kind",
        "progress": "Progress",
        "first_send": "First send",
        "severity": "Severity",
        "updated": "Updated",
        "channel": "Channel",
        "count": "Count",
        "approved_by": "Approved by",
        "drill": "Drill",
        "decisions": "Decisions and reasons",
        "back": "Back to the overview",
        "none": "None",
        "other": "中文",
        "other_lang": "zh-CN",
        "refresh": "refreshes every 5 seconds",
        "draft": "draft", "launched": "sending", "finished": "finished", "superseded": "superseded",
        "cancelled": "cancelled", "rejected": "rejected", "approved": "approved", "open": "open", "expired": "expired",
        "issue": "first", "update": "update", "all_clear": "all clear", "queued": "queued", "sending": "sending",
        "sent": "sent", "delivered": "delivered", "failed": "failed", "skipped": "not sent", "recalled": "recalled",
        "Unknown": "unknown", "Minor": "minor", "Moderate": "moderate", "Severe": "severe", "Extreme": "extreme",
    },
}  # fmt: skip


def language_of(asked: str | None, accept: str | None) -> str:
    """What was asked for in the address, else what the browser prefers, else Chinese."""
    if asked in WORDS:
        return asked
    return "en" if (accept or "").lower().startswith("en") else "zh-CN"
