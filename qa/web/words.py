"""What all pages say in their own words, Chinese and English."""

from corpus.parse import CLOSING, NOTICE, PREAMBLE
from qa.export import MADE
from qa.targets import EXTRACTED

WORDS: dict[str, tuple[str, str]] = {
    "ask": ("提问", "Ask"),
    "question": ("您的问题", "Your question"),
    "asked": ("您问：", "You asked:"),
    "understood": ("按此理解：{}", "Understood as: {}"),
    "looking": ("正在查找计划原文…", "Looking it up in the plan…"),
    "sources": ("出处", "Sources"),
    "nearest": ("最接近的章节", "The nearest section"),
    "made": (MADE, "Made automatically; the plan's own text is authoritative"),
    "made_english": (
        f"{MADE}；英文为非正式译文",
        "Made automatically; the English is an unofficial translation, the Chinese is authoritative",
    ),
    "welcome": (
        "请就计划提问。回答只用计划原文，并注明出处；计划没有写的，会如实说明。",
        "Ask about the plan, in English or Chinese. Answers are in the plan's own words and say where they stand; where it is "
        "silent, they say so.",
    ),
    "contents": ("目录", "Contents"),
    "plans": ("全部计划", "All plans"),
    "search": ("在全文中查找", "Search in the text"),
    "find": ("查找", "Search"),
    "found": ("找到 {} 处", "{} found"),
    "targets": ("指标一览", "Targets"),
    "targets_note": (
        "这些是计划期内要做到的目标，不是已经做到的结果。",
        "These are targets for the plan's period, not results.",
    ),
    "place": ("位置", "Section"),
    "indicator": ("指标", "Indicator"),
    "figure": ("数值", "Figure"),
    "horizon": ("年份", "Year"),
    "number": ("文号", "Document no."),
    "issuer": ("发文机关", "Issued by"),
    "issued": ("成文日期", "Dated"),
    "period": ("计划期", "Period"),
    "section": ("章节", "Section"),
    "chat": ("对话页", "Chat page"),
    "link": ("本节链接", "Link to this section"),
    "chart": ("百分比", "Per cent"),
    "extracted": (EXTRACTED, "Extracted automatically; the plan's own text is authoritative"),
    "extracted_english": (
        f"{EXTRACTED}；英文为非正式译文",
        "Extracted automatically; the English is an unofficial translation, the Chinese is authoritative",
    ),
    "useful": ("有用", "Useful"),
    "useless": ("没用", "Not useful"),
    "wrong_answer": ("答案有误", "The answer is wrong"),
    "wrong_source": ("出处有误", "The source is wrong"),
    "why": ("哪里有误（可不填）", "What is wrong (optional)"),
    "say": ("对这个回答的意见", "What do you think of this answer?"),
    "thanks": ("已记下，谢谢。", "Noted, thank you."),
    "not_found": ("没有这一页", "There is no such page"),
    "invalid": ("内容太长或不完整，请改正后再提交。", "Too long or incomplete; please correct it and send it again."),
    "large_size": ("大字版", "Large type"),
    "normal_size": ("标准字号", "Normal type"),
    "skip": ("跳到正文", "Skip to the text"),
    "other": ("English", "中文"),
    "site": ("计划问答", "Ask the plan"),
    # the chat page
    "switch_language": ("语言 / Language", "语言 / Language"),
    "scope": (
        "文中的目标是计划期内要做到的，不是已经做到的结果。",
        "Targets in the plan are what was to be reached in that period, not results.",
    ),
    "plan": ("计划", "Plan"),
    "placeholder": ("例如：某项指标是多少", "For example: a target"),
    "clear": ("清空对话", "Clear conversation"),
    "examples": ("可以这样问", "Questions to start with"),
    "example": ("{}有哪些要求？", "What does the plan require on {}?"),
    "empty": ("（空）", "(empty)"),
    "source": ("出处 {}：{}", "Source {}: {}"),
    "switch_source": ("切换出处", "Switch between sources"),
    "passage": ("章节原文", "Section"),
    "to_nearest": ("去看最接近的章节", "Go to the nearest section"),
    "outline": ("计划目录", "Contents"),
    "outline_hint": ("点选章节可读原文。", "Choose a section to read it."),
    "plans_hint": ("点选一份计划。", "Choose a plan."),
    "beside": ("对照阅读", "Read beside the conversation"),
    "path": ("所在位置", "Where this stands"),
    "below": ("下设章节", "Sections below this one"),
    "unofficial": ("非正式英译", "Unofficial English"),
    "copy": ("复制引文", "Copy quote"),
    "copied": ("已复制", "Copied"),
    "back": ("返回对话", "Back to the conversation"),
    "report": ("报告错误", "Report a mistake"),
    "further": ("还可以问", "You may also ask"),
    "whole": ("全文", "The whole plan"),
    "form": ("简单表单", "Plain form"),
    "size": ("大字 / 标准字号", "Large / normal type"),
    # the desk
    "desk": ("工作台", "Desk"),
    "name": ("帐户", "Account"),
    "password": ("密码", "Password"),
    "log_in": ("登录", "Log in"),
    "log_out": ("退出", "Log out"),
    "login_failed": (
        "帐户或密码不对，或帐户因多次输错已锁定 15 分钟。",
        "Wrong account or password, or the account is locked for 15 minutes after too many attempts.",
    ),
    "details": ("这个问题是怎样理解的", "How the question was understood"),
    "kind": ("类型", "Kind"),
    "topic": ("检索词", "Searched for"),
    "scores": ("检索到的章节", "Sections found"),
    "score": ("得分", "Score"),
    "meaning": ("语义", "Meaning"),
    "words": ("词语", "Words"),
    "timings": ("用时（毫秒）", "Time (ms)"),
    "export": ("导出", "Export"),
    "as_csv": ("引文 CSV", "Citations as CSV"),
    "as_xlsx": ("引文 Excel", "Citations as Excel"),
    "as_docx": ("问答 Word", "Question and answer as Word"),
    "troubles": ("待改进的问题", "Questions to look at"),
    "troubles_note": (
        "被拒答或被读者标为有误的问题，相同的合在一起。",
        "Questions that were refused, or marked wrong by readers; the same ones together.",
    ),
    "times": ("次数", "Times"),
    "reason": ("原因", "Reason"),
    "answer": ("回答", "Answer"),
    "comments": ("读者说明", "Readers' remarks"),
    "days": ("每日提问", "Questions a day"),
    "day": ("日期", "Day"),
    "answered": ("回答", "Answered"),
    "refused": ("拒答", "Refused"),
    "wrong": ("标为有误", "Marked wrong"),
    "switch": ("公众页面开关", "Public page"),
    "is_open": ("公众页面正在服务。", "The public page is in service."),
    "is_closed": ("公众页面已暂停，读者看到的原因：", "The public page is closed; its readers are told:"),
    "close": ("暂停服务", "Close"),
    "open": ("恢复服务", "Open again"),
    "close_reason": ("原因（读者会看到）", "Reason (readers will see it)"),
    "shelf": ("计划管理", "Manage plans"),
    "upload": ("上传计划", "Upload a plan"),
    "file": ("文件", "File"),
    "drafts": ("待核对", "To be checked"),
    "draft": ("核对上传的计划", "Check the uploaded plan"),
    "approved": ("已批准，正在加入", "Approved, being added"),
    "in_use": ("正在使用", "In use"),
    "retired": ("已停用", "No longer in use"),
    "retire": ("停用", "Retire"),
    "restore": ("重新启用", "Use again"),
    "approve": ("批准上线", "Approve and publish"),
    "save": ("保存", "Save"),
    "discard": ("放弃", "Discard"),
    "publishing": ("正在建立索引：{} / {}。", "Building the index: {} of {}."),
    "look_again": ("刷新", "Look again"),
    "not_published": ("上次没有成功：", "The last attempt failed:"),
    "plan_title": ("标题", "Title"),
    "begins": ("计划期起始年", "First year"),
    "ends": ("计划期结束年", "Last year"),
    "places": ("地区（由大到小，以空格分开）", "Place (from large to small, separated by spaces)"),
    "replaces": ("取代哪个计划", "Replaces"),
    "nothing_replaced": ("不取代", "None"),
    "tree": ("章节结构", "Structure"),
    "tree_note": (
        "共 {} 节，{} 字。请核对章节是否与原文一致。",
        "{} sections, {} characters. Please compare them with the document.",
    ),
    "not_in_force": ("此计划已停用，仅供查阅。", "This plan is no longer in use; it is kept for reference."),
    "see": ("现行：", "In force:"),
    "table": ("表格：", "Table:"),
    "nothing": ("没有。", "None."),
    "status": ("状态", "Status"),
}


# the names of the parts outside numbered headings, where they differ from what is printed
PARTS = {NOTICE: "Covering notice", PREAMBLE: "Preamble", CLOSING: "Closing"}


class Words:
    """The words in one language: `words.ask`, `words.found(3)` in a template."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.html_lang = "zh-CN" if language == "zh" else "en"
        self.other_language = "en" if language == "zh" else "zh"

    def part(self, ref: str, printed: str) -> str:
        """The name of a part of a plan outside its numbered headings."""
        return printed if self.language == "zh" else PARTS.get(ref, printed)

    def __getattr__(self, name: str) -> str:
        try:
            return WORDS[name][0 if self.language == "zh" else 1]
        except KeyError:
            raise AttributeError(name) from None
