"""Does a message tell of a danger that is there now?

Rules, not the model: they answer before anything is trained, and each can be read and tested alone. A hit counts only
as present danger: not where the same clause denies it, fears it, asks about it in general or tells an old story.
"""

from __future__ import annotations

import re

from gridwhistle.dialogs.nlu.features import normalise
from gridwhistle.dialogs.nlu.understood import Emergency

# Everyday words that hold the signs of a danger; they are blotted out before the search.
_HARMLESS = re.compile(
    r"打不着火|点不着火|不着火|火锅|火车|火腿|火龙果|火鸡|火山|火箭|火炬|火化|火炕|火墙|火炉|防火\S?|消防[^，。！？,!? ]{0,4}|灭火器?|烟花|打火机|火爆|上火|发火|恼火"
    r"|(?:生意|买卖|人气|直播|网上|视频)\S{0,4}火|火(?=出圈|遍)|起火车|火(?:气|热|候|力|速)|油烟[机管道]?|抽烟|吸烟|烟筒|烟囱|烟头|香烟"
    r"|(?:工厂|厂子?|锅炉房?|汽车|货车|大车|柴油车|供热站|车间|烧烤[店摊]?|饭店)[^，。,楼着]{0,4}冒(?:着|出)?[黑浓白]?烟"
    r"|跳楼(?:价|机|大?甩卖|促销|清仓)|打架子鼓|刀(?:削面|具|鱼|片|把|架)|指甲刀|剪刀差|手术刀"
    r"|(?:食物|食品)中毒(?:事件|怎么)|煤气(?:费|灶|站|公司|表|卡|改造)|(?:燃气|天然气)(?:费|灶|站|公司|表|卡|改造)"
    r"|漏(?:收|抄|缴|洞|斗|报|勺|发|登)|摔跤|抢劫罪|想死(?:你|您|我了|我们)|(?:笑|累|热|冻|烦|气|吵|急|饿|困|吓|丢|臭)死"
    r"|fire (?:drill|lane|exit|hydrant|station|safety|department|extinguisher|alarm test|truck|door)s?|firework\w*"
    r"|gas (?:bill|station|fee|meter|company|stove)s?"
)

_SUICIDE = (
    r"自(?:杀|残|伤|尽|纱|沙)|不想活|不想火了|活够了|活腻|活不下去|跳[楼河江桥]|挑楼|往(?:江|河|水|楼下|下)里?跳|(?:从这|从楼|从桥|想|要)[^，。,]{0,6}跳下去"
    r"|从(?:这|那)?楼上下去|轻生|割腕|上吊|寻短见|寻死|(?<!不)想死|死了算了|想不开|(?:我|俺|真|实在)[^，。,]{0,4}(?:撑|熬)不(?:下去|住)了?|一了百了"
    r"|活着[^，。,]{0,4}(?:太累|没[^，。,]{0,4}(?:意思|奔头|劲|意义))|不[想愿](?:再)?(?:拖累|继续生活)|结束(?:自己|我|这条)?的?(?:生命|念头)|结束自己|了结"
    r"|遗书|药瓶[^，。,]{0,3}空|(?:大量|一瓶|整瓶)[^，。,]{0,3}(?:安眠药|农药(?!瓶))|要喝(?:农药|药)|告别的话|来世再见|同归于尽|一块儿?死"
    r"|(?:站|坐|爬|翻|跨|趴)[^，。,]{0,8}(?:天台|护栏外|栏杆外|窗台外|桥栏|阳台外)|(?:楼顶|天台|护栏外侧?|栏杆外|阳台外面?)[^，。,修漏补水]{0,6}(?:站|坐|蹲)(?:着|个|了|一|有)"
    r"|(?:翻|越)过(?:桥)?护栏|爬上?(?:塔吊|楼顶)|站塔吊"
    r"|\b(?:kill(?:ing)? (?:myself|himself|herself|themselves)|suicid\w*|wants? to die|end (?:it (?:all|tonight)|(?:my|his|her) (?:own )?life)"
    r"|(?:going|about|threatening|wants) to jump|don'?t want to live|hurting myself|outside the railing)\b"
)
_FIRE = (
    r"[着找起失](?:了|起|起了)?(?:大|小|山)?火(?!锅|车|爆|气|星子|那天|那次|没地|往哪|跑|不?能跑|咋|怎么跑)|着伙了|起活灭|走水了|(?:来|去|快)救火|救火啊|明火|爆燃"
    r"|火(?:势|苗子?|光|舌头?|都)[^，。,]{0,4}(?:大|猛|高|窜|蹿|冲|旺|往|控|凶|舔|上)|火(?:越|老|太|特别|很|更)[^，。,]{0,3}(?:大|猛|凶)"
    r"|[窜蹿喷冒](?:着|出)?火(?!锅|车)|掉火星|见火光|有火光|烧(?:起来|着了|没了|成这样)|正(?:在)?烧着?呢?$|正在?(?:燃烧|蔓延)|燎着|(?:房屋|住宅|车辆)燃烧"
    r"|(?:发生|闹)了?火灾|自燃(?=了|$|起)|发生了?爆炸|爆炸了|(?:罐|锅炉|瓶|电瓶|机)[^，。,]{0,3}炸了"
    r"|(?:垛|柴|草|房|屋|楼|车|棚|库|电瓶|插排|山|锅|机)[子里上]?(?:都|又|全)?着了"
    r"|(?:家|屋|窗|表|箱|盒|排|座|线|器|阳台|库|厨房|楼道?|楼上|楼下|电瓶|车棚|房|门缝)[子里内口户间上]?[^，。,]{0,6}"
    r"[冒钻](?:着|出|起|了)?(?:好多|大|黑|浓|白|股)?[黑浓白]?烟|(?:冒|滚滚)(?:着|出)?(?:黑|浓)烟|浓烟(?:滚滚|弥漫|很大|挺大|呛)|[全都]是[浓黑]?烟(?![头花叶盒味囱筒])"
    r"|\bon fire\b|\bfire!|(?:there'?s|there is) (?:a )?(?:big )?fire\b|(?:caught|catching|caught on) fire|\b(?:is|are) burning(?! (?:straw|rubbish|trash|garbage))\b"
    r"|smoke (?:is )?(?:coming|pouring|everywhere)|\bflames\b|\bexplo(?:sion|ded)\b|\bburning down\b"
)
_GAS = (
    r"(?:煤气|燃气|天然气|液化气|瓦斯)罐?(?:管道?|管子|阀门?|灶具?|表|软管)?[^，。,费]{0,6}(?:味|泄[漏露]|漏(?!了缴)|跑气|外泄|嘶嘶|滋滋)"
    r"|(?:泄[漏露]|漏)[^，。,]{0,2}(?:煤气|燃气|天然气|液化气)|(?:管道|阀门|罐)[^，。,]{0,4}漏气"
    r"|\bsmell(?:s|ing|ed)? (?:of |like |a |some |strong |the )*gas\b|\bgas (?:is |pipe |line |keeps )*leak\w*|leaking gas|\bgas smell\b"
    r"|smell of gas"
)
_VIOLENCE = (
    r"(?:正|在|又|还在|现在|动手|要)[^，。,不]{0,6}(?:打人|打架|打加了|斗殴|砍人|行凶|家[暴报]|互殴|群殴)|打加了"
    r"|(?:正|又|在|现在|往死里|一直|老公|丈夫|对象|男人|男的|儿子|爸|他|她)[^，。,不没]{0,5}[打削扇](?:我|她|他|孩子|老婆|媳妇|老人|他妈|我妈)"
    r"|往死里[打削揍]|打得?(?:嗷嗷|出血)|别打了|[打干掐](?:急眼了|起来了)|动上手|(?:他|爸|对象|老公|儿子)又动手了|家庭?暴力[、，]?(?:请|求|正)|遭受[^，。,]{0,4}(?:殴打|家庭暴力)"
    r"|(?:正|现|刚|还在|多人)[^，。,]{0,8}(?:殴打|围殴|追打|扇[^，。,]{0,3}嘴巴)|拳打脚踢|轮着踢|骑[^，。,]{0,5}身上打|掐[^，。,]{0,4}脖子|薅[^，。,]{0,5}头发[^，。,]{0,4}[撞拽打]"
    r"|(?:[抡挥][着起个出把了上]*[^，。,]{0,4}(?:铁锹|斧|镐|棒|棍|酒瓶)|拿[着起个]*酒瓶[^，。,]{0,3}往|[抡拿拎提挥][着起个出把了上]*[^，。,]{0,4}(?:刀(?!具)|匕首|斧子))|拿[着]?铁锹要|有人那刀|[持动]刀|手?持(?:械|枪|棍|匕首)|有(?:斧子|棒子|匕首)"
    r"|砍人|砍伤|捅(?:人|伤|死|了(?:人|我|他|她|一刀|几刀))|(?:要|想|说)[^，。,]{0,2}(?:杀了?|砍|弄死|打死|整死)(?:我|人|他|她|你|全家)|杀人了?|绑架|抢劫|劫持"
    r"|被[^，。,]{0,6}打(?:得|出血|倒)|[撬砸踹](?:我家?|俺家?|人家)的?门|撬(?:开|门)[^，。,]{0,6}(?:进入|进来|进屋)|(?:锁|关)(?:我|在)?屋里不让|强行[^，。,]{0,8}拖拽"
    r"|打[架仗](?:了|呢|着呢)?[^，。,没]{0,2}(?:快来|来人啊|快报警)"
    r"|救命(?!的|钱|药|恩)|\b(?:is|are|keeps?) (?:beating|hitting|attacking|stabbing|choking|fighting)\b|\b(?:with|has|holding|pulled|waving|swinging) an? "
    r"(?:kitchen )?(?:knife|gun|machete|axe)\b|\bstabb(?:ed|ing)\b|being (?:beaten|attacked|robbed|stabbed)"
    r"|trying to kill|breaking into (?:my|our|the)|\bbeating (?:me|his|her|up)\b"
)
_INJURY = (
    r"(?:被困|困|卡|关|憋)(?:在|到)了?[^，。,]{0,4}(?:电梯|轿厢|车里|井里|水里|火里|驾驶室|护栏|机器)|电梯[^，。,]{0,12}[困卡关憋][^，。,]{0,3}"
    r"(?:人了|在里|住了?[^，。,]{0,3}人|里面了|里头|着[^，。,]{0,3}[人孩老])|有人[^，。,]{0,4}被困|坠落被困|(?:反锁|锁)(?:在)?车里了?$"
    r"|昏迷|不省人事|失去意识|意识不清|心肺复苏|[没无]有?(?:了)?(?:呼吸|心跳|意识|知觉|叫[^，。,]{0,3}没反应|倒地[^，。,]{0,3}没有?反应)|晕(?:倒|到了|过去|厥)|昏(?:倒|过去)|休克|血流不止|血止不住"
    r"|[叫喊](?:都|也)?不[醒应]|扒拉[^，。,]{0,2}不醒|流[^，。,水过]{0,4}血(?!水)|(?:满脸|满头|头上|一地)[^，。,]{0,3}血|淌血|抽搐|口吐白沫|憋[青紫]了|嘴唇子?都紫|嘴也?歪了"
    r"|(?:突发|突然|刚|犯了?)[^，。,]{0,5}(?:脑出血|脑梗|心梗|心脏病)|心脏病[^，。,]{0,2}(?:犯|发作)|胸口剧痛|喘不上来?气|快不行了|羊水破|出人命了|人[^，。,]{0,2}要没了"
    r"|[触处]电(?!话|脑|视)|被(?:高压)?电(?:到|倒|击|着|了|晕)|溺水|呛水|落水(?!管)|掉(?:进|到|下|河|江|水|井|冰)[^，。,]{0,6}(?:河|江|水|冰窟窿?|井|塘|湖|泡子|坑|化粪池)"
    r"(?:里|去)?了?|掉(?:[河江井水]里|冰窟)|淹(?:着|到|死|了|住)人|(?:人|孩)[^，。,]{0,4}(?:快)?淹(?:死|了|着)|中毒(?!防)|(?:喝|吃)了?(?:农药|老鼠药|耗子药|百草枯)"
    r"|(?:人|老人|孩子?|大爷|大妈|老太太|老头|师傅|工人)[^，。,]{0,6}被?[^，。,]{0,4}[砸压埋撞轧](?:到|着|倒|在|伤|飞|住|底下|里头)|底下压着[^，。,]{0,3}[人个仨俩]|[人工][^，。,]{0,3}被?埋压|给人砸了|绞进去"
    r"|(?:摔|撞|砸|倒)[^，。,]{0,6}(?:起不来|动不了|不动|晕|昏)|(?<![块砖瓦皮璃窗水石])从[^，。,]{0,6}(?:楼|架子?|房顶|梯子|树)[^，。,]{0,2}[上顶]?(?:摔|掉|栽|折)下来(?!的)|[突扑]然?[通倒]地"
    r"|(?:躺|倒|趴)(?:在)?[^，。,]{0,4}地[上下]?[^，。,]{0,4}(?:不动|起不来|没反应)|人都?躺地上|[出撞][^，。,]{0,2}车祸了|撞人了|砸(?:到|着|伤)人了|冻僵|快?救人(?:啊|$)"
    r"|\bunconscious\b|not breathing|electrocuted|electric shock|\bdrowning\b|(?:fell|fallen|gone) (?:in|into|through) the (?:river|water|ice|lake|well|manhole)"
    r"|(?:trapped|stuck) (?:in|inside) (?:the |an? |our )?(?:elevator|lift)|heart attack|bleeding|trapped and"
    r"|(?:has |just )collapsed|passed out|fainted|poison(?:ed|ing)\b|(?:badly|seriously) (?:hurt|injured)|hit by a (?:car|truck|bus)"
)
# In this order the first hit wins: whoever stands on the roof needs other words than whoever smells smoke.
_SIGNS: dict[Emergency, re.Pattern[str]] = {
    Emergency.SUICIDE: re.compile(_SUICIDE),
    Emergency.FIRE: re.compile(_FIRE),
    Emergency.GAS: re.compile(_GAS),
    Emergency.VIOLENCE: re.compile(_VIOLENCE),
    Emergency.INJURY: re.compile(_INJURY),
}

_DENIED = re.compile(
    r"(?:[没未无非勿别防]|没有|不是|不会|不能|禁止|严禁|杜绝|谨防|预防|防止|避免|以防|以免|省得|免得|再不)[^，。,]{0,3}$"
)
_FEARED = re.compile(
    r"(?:万一|真要?是?(?=[着起出绞炸])|如果|要是|假如|倘若|一旦|怕(?!是)|担心|害怕|容易|极易|易|小心|当心|隐患|恐|差点|险些|可能(?:会|导致|引发|造成|引起|发生)|会(?!议|员|场)"
    r"|能(?=[着起爆]|引|炸)|导致|造成|引发|引起|谁知道哪天|哪天|早晚|迟早|像|似的)[^，。,]{0,9}$"
)
_SUPPOSED = re.compile(r"要是|如果|万一|要不|真要")
# In place of a verdict on the grammar: these words behind the sign make a topic or a risk of it.
_TOPIC = re.compile(
    r"^[^，。,]{0,4}(?:的?(?:危险|风险|隐患|可能性|后果|责任)|事故(?:赔|责|处)|赔偿|险|概率|演[练习]|应急预案|预防|知识|逃生|过[一两几]次|怎么(?:预防|赔)"
    r"|咋整(?!啊)|谁负责|谁(?:来)?管|咋办(?=谁)|(?:的)?时候)"
)
_PAST = re.compile(
    r"去年|前年|以前|之前|从前|上次|上回|上个?月|上周|上星期|上礼拜|前几天|前些|前阵|那次|那年|当年|当时|曾|小时候|昨天|昨晚|昨夜|前天|前晚"
    r"|[\d一二两三四五六七八九十几]+(?:天|个月|个多月|年|周|个?星期)[以之]?前|\d{1,2}月\d{1,2}[日号]|(?:19|20)\d\d年|今年\S{0,3}月"
)
_STILL = re.compile(r"现在|正在|刚才|刚刚|还在|又|到现在|至今|一直|今天|快来|从昨|从前天|以来|开始|还有|还是")
_GENERAL = re.compile(
    r"如何|怎样|应该怎么|怎么(?:预防|防范|处理|识别|判断|申请|赔)|该(?:怎么|打|找)|什么(?:电话|条件|标准|措施|原因)|知识|讲座|宣传|培训|演练|演习|保险|赔偿|咨询|补偿"
    r"|规定|新闻|电视|电影|小说|游戏|报道|听说|据说|传言|案例|作文|歌|提醒|温馨提示|标语|小常识|请问"
)
_ENGLISH_UNREAL = re.compile(
    r"\b(?:not?|never|nobody|if|might|could|may|would|afraid|worried|worry|scared|fear|prevent|avoid|almost|nearly|in case|used to|drill|last "
    r"(?:year|month|week|winter|summer|time)|(?:years?|months?|weeks?|days?) ago|yesterday|risk of|how (?:do|to|can|should)|what (?:should|to do)|movie"
    r"|song|n't)\b[^.!?;]{0,45}$|n't [^.!?;]{0,20}$"
)
_ENGLISH_TOPIC = re.compile(r"^[^.!?;]{0,25}\b(?:last (?:year|month|week)|ago|yesterday|hazard|risk|some ?day)\b")
_CLAUSES = re.compile(r"[，。！？；,!?;\n]+|\.(?!\d)|(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")


def emergency(text: str) -> Emergency | None:
    """The danger that a message reports as present, or ``None``."""
    plain = _HARMLESS.sub(lambda match: "□" * len(match[0]), normalise(text))
    for kind, signs in _SIGNS.items():
        if not signs.search(plain):
            continue
        before = ""
        for clause in _clauses(plain):
            if any(_present(kind, clause, match, before) for match in signs.finditer(clause)):
                return kind
            before = clause
    return None


def _clauses(plain: str) -> list[str]:
    # "fire!" keeps its mark: the cry and the noun differ by nothing else.
    return [clause for clause in _CLAUSES.split(plain.replace("fire!", "there is a fire!")) if clause.strip()]


def _present(kind: Emergency, clause: str, match: re.Match[str], before: str) -> bool:
    ahead, behind = clause[: match.start()], clause[match.end() :]
    if match[0].isascii():
        return not (_ENGLISH_UNREAL.search(ahead) or _ENGLISH_TOPIC.match(behind))
    if _GENERAL.search(clause) or _DENIED.search(ahead[-6:]):
        return False
    # Whoever fears that somebody jumps, or says they will if nothing happens, is to be answered at once.
    if kind is not Emergency.SUICIDE and (_FEARED.search(ahead) or _TOPIC.match(behind)):
        return False
    if kind is not Emergency.SUICIDE and _SUPPOSED.search(match[0]):
        return False
    past = _PAST.search(ahead) or (_PAST.search(before) and not _STILL.search(before))
    return not past or bool(_STILL.search(ahead))
