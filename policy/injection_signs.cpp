#include "policy/injection_signs.h"

#include <array>

namespace seekd::policy {
namespace {

using Kind = InjectionKind;

// Alternatives that many signs share stand in macros, for a pattern is one literal.
#define SEEKD_IGNORE                                                                        \
  "ignore|ignores|ignoring|disregard|disregarding|forget|override|overrule|bypass|discard|" \
  "neglect|dismiss|abandon"
#define SEEKD_EARLIER "previous|prior|above|earlier|preceding|foregoing|former|past"
#define SEEKD_RULES                                                                    \
  "instruction|instructions|prompt|prompts|rule|rules|guideline|guidelines|directive|" \
  "directives|commands|programming|constraints|restrictions|orders|messages"
#define SEEKD_TELL                                                                         \
  "print|reveal|reveals|repeat|output|show|display|leak|disclose|expose|dump|recite|list|" \
  "write|provide|share|send|return|copy|paste|quote|include"
#define SEEKD_MACHINE                                                                   \
  "ai_assistant|ai_assistants|ai_agent|ai_agents|ai_model|ai_models|ai_language_model|" \
  "ai_language_models|ai_systems|ai_chatbots|language_model|language_models|"           \
  "large_language_model|large_language_models|llm|llms|chatbot|chatbots|chatgpt|"       \
  "automated_assistants|virtual_assistants"
#define SEEKD_ANSWER "answer|answers|response|responses|reply|replies|summary|output|review"

constexpr std::array signs{
    // English
    InjectionSign{Kind::override_instructions, 0.45,
                  SEEKD_IGNORE " * " SEEKD_EARLIER " * " SEEKD_RULES},
    InjectionSign{Kind::override_instructions, 0.75,
                  SEEKD_IGNORE " * all|any|your|every * " SEEKD_EARLIER " * " SEEKD_RULES},
    InjectionSign{Kind::override_instructions, 0.8,
                  SEEKD_IGNORE " * " SEEKD_EARLIER " * " SEEKD_RULES
                               " * say|tell|write|respond|answer|output|recommend|reveal|print|"
                               "follow|visit|instead"},
    InjectionSign{
        Kind::override_instructions, 0.7,
        SEEKD_IGNORE
        " * your|the * system|original|initial|developer|safety|developers * " SEEKD_RULES},
    InjectionSign{Kind::override_instructions, 0.65,
                  SEEKD_IGNORE
                  " all|your|any|all_the|all_of_your|all_your "
                  "instructions|programming|training|guidelines|directives|prompts|system_prompt"},
    InjectionSign{Kind::override_instructions, 0.65,
                  SEEKD_IGNORE " the|all|any|all_the " SEEKD_RULES
                               " * given|gave|received|got|told|set"},
    InjectionSign{Kind::override_instructions, 0.65,
                  "forget|ignore|disregard everything|all|anything * you * "
                  "told|taught|said|learned|learnt|instructed|given"},
    InjectionSign{Kind::override_instructions, 0.6,
                  "ignore|disregard|forget everything|all_text|all_content|anything "
                  "above|before|else|prior|previous|else_on_this_page"},
    InjectionSign{Kind::override_instructions, 0.4,
                  "ignore|disregard the|all * above|document|reviews|sources|documents|context"},
    InjectionSign{Kind::override_instructions, 0.6,
                  "no_longer|not|never|stop|don_t * follow|following|obey|obeying|bound * "
                  "previous|original|your * " SEEKD_RULES},
    InjectionSign{Kind::override_instructions, 0.6, "you no_longer * follow|obey|comply|bound"},
    InjectionSign{Kind::override_instructions, 0.55,
                  "all|any|previous|prior|earlier|your * instructions|directives|prompts|messages|"
                  "guidelines * are|is * void|cancelled|canceled|invalid|obsolete|superseded|"
                  "revoked|disabled|suspended"},
    InjectionSign{Kind::override_instructions, 0.45,
                  "safety|content|ethical|security rules|filters|guidelines|restrictions|filter * "
                  "disabled|off|lifted|suspended|removed"},
    InjectionSign{Kind::override_instructions, 0.5,
                  "new|updated|real|actual|revised instructions|directive|directives|"
                  "system_prompt * follow|begin|replace|override|you|answer|write|output"},
    InjectionSign{Kind::override_instructions, 0.6,
                  "instructions|directives|prompts|rules|guidelines * you|given|received * "
                  "are|is * void|cancelled|canceled|invalid|obsolete|superseded|revoked|"
                  "disabled|suspended"},
    InjectionSign{Kind::changes_role, 0.65,
                  "you are|re now|no_longer * dan|assistant|ai|chatbot|gpt|unrestricted|"
                  "jailbroken|uncensored|bot"},
    InjectionSign{Kind::changes_role, 0.3, "from now|this_point on|onwards|onward|forward * you"},
    InjectionSign{Kind::changes_role, 0.5,
                  "from now|this_point|this_moment on|onwards|onward|forward * "
                  "respond|answer|act|reply"},
    InjectionSign{Kind::changes_role, 0.5,
                  "act|behave|pretend|roleplay|role_play|imagine * as|like|to_be|you|that * "
                  "assistant|ai|bot|dan|chatbot|grandmother|hacker|unrestricted"},
    InjectionSign{Kind::changes_role, 0.6,
                  "developer|god|debug|jailbreak|dan|maintenance|sudo mode * "
                  "assistant|ai|model|filters|restrictions|answers|chatbot"},
    InjectionSign{Kind::changes_role, 0.35,
                  "without|no * restrictions|filters|censorship|limitations|refusals"},
    InjectionSign{Kind::changes_role, 0.55,
                  "your only|real|true role|task|name|identity|persona|job|purpose|goal|"
                  "objective|mission is|are|will"},
    InjectionSign{Kind::changes_role, 0.4,
                  "your new role|task|name|identity|persona|job|purpose|goal|"
                  "objective|mission is|are|will"},
    InjectionSign{Kind::changes_role, 0.4, "never|cannot|always|must_not refuses|refuse"},
    InjectionSign{Kind::addresses_assistant, 0.6,
                  "note|notice|message|memo|reminder|hint|instruction|instructions|warning "
                  "to|for|to_all|for_all|to_any|for_any|to_the|for_the " SEEKD_MACHINE},
    InjectionSign{Kind::addresses_assistant, 0.5,
                  "attention|dear|hey|hello|all|any|every|to_all|to_any " SEEKD_MACHINE},
    InjectionSign{Kind::addresses_assistant, 0.6,
                  "if|when|since|because|as you|you_re are|re|an|a * " SEEKD_MACHINE},
    InjectionSign{Kind::addresses_assistant, 0.55,
                  SEEKD_MACHINE
                  "|ai|model|assistant that|which|who|is|are|reading|summarizing|summarising|"
                  "processing|summarizes|reads|processes|parsing * this|the "
                  "page|article|document|text|paper|website|content|email"},
    InjectionSign{Kind::addresses_assistant, 0.6,
                  "as an|a|the " SEEKD_MACHINE " you|your must|should|shall|will|task|job"},
    InjectionSign{Kind::addresses_assistant, 0.35,
                  SEEKD_MACHINE
                  "|assistant|model must|should|shall|will|is_required|are_required|"
                  "has_to|have_to * state|say|mention|recommend|recommended|answer|respond|insert|"
                  "include|tell|claim|forward"},
    InjectionSign{
        Kind::addresses_assistant, 0.45,
        "when|while|before|after summarizing|summarising|answering|reviewing|evaluating * "
        "this|the * page|article|document|text|paper|question|content"},
    InjectionSign{Kind::asks_for_secrets, 0.75,
                  SEEKD_TELL " * your * system|hidden|initial|original|developer|secret|internal|"
                             "exact * prompt|prompts|instructions|message|rules"},
    InjectionSign{Kind::asks_for_secrets, 0.5,
                  SEEKD_TELL " * the|all|any * system_prompt|hidden|secret|internal * "
                             "prompt|instructions|message|context|rules"},
    InjectionSign{Kind::asks_for_secrets, 0.5, SEEKD_TELL " * the|your system_prompt"},
    InjectionSign{Kind::asks_for_secrets, 0.65,
                  "what are|is|were your initial|original|system|hidden|exact|secret "
                  "instructions|prompt|rules|message"},
    InjectionSign{Kind::asks_for_secrets, 0.6,
                  "repeat|print|output|copy|recite * words|text|everything|sentences|all "
                  "above|before|preceding|above_this"},
    InjectionSign{Kind::asks_for_secrets, 0.55,
                  SEEKD_TELL " * api_key|api_keys|keys|passwords|credentials|tokens|secrets * "
                             "conversation|chat|context|user|memory|session"},
    InjectionSign{
        Kind::asks_for_secrets, 0.6,
        "send|forward|post|submit|transmit|upload|exfiltrate|email|append|encode|collect * "
        "conversation|chat_history|conversation_history|user_s|user_data|users_data * "
        "http|https|url|base64|parameter|server|to"},
    InjectionSign{Kind::keeps_from_user, 0.45,
                  "do_not|don_t|dont|never|not|without * tell|telling|inform|mention|mentioning|"
                  "reveal|revealing|alert|warn|disclose|show * user|users|human|humans"},
    InjectionSign{Kind::keeps_from_user, 0.5,
                  "do_not|don_t|never|not mention|reveal|refer|acknowledge|disclose * "
                  "this|these|that|you * instruction|instructions|comment|paragraph|message|note|"
                  "prompt"},
    InjectionSign{Kind::keeps_from_user, 0.45,
                  "keep|hide|conceal * hidden|secret|this|these * from * user|users|human"},
    InjectionSign{Kind::steers_answer, 0.5,
                  "your|each|every " SEEKD_ANSWER
                  " must|should|has_to|shall|needs_to * begin|start|end|say"},
    InjectionSign{
        Kind::steers_answer, 0.4,
        "your|the|each|every " SEEKD_ANSWER
        " must|should|has_to|shall|needs_to * begin|start|end|say|include|contain|state|be"},
    InjectionSign{Kind::steers_answer, 0.45,
                  "begin|start|end|finish|prefix|conclude * your|each|every|the|all " SEEKD_ANSWER},
    InjectionSign{Kind::steers_answer, 0.4,
                  "respond|reply|answer * only|just|solely|exclusively * with|in|yes|no"},
    InjectionSign{Kind::steers_answer, 0.6,
                  "respond|reply|answer * any|every|all|each * question|questions|query|prompt * "
                  "with|in"},
    InjectionSign{Kind::steers_answer, 0.6, "positive|favorable|favourable review|rating only"},
    InjectionSign{Kind::steers_answer, 0.5,
                  "do_not|don_t|never * highlight|mention|list * negatives|weaknesses|drawbacks"},
    InjectionSign{
        Kind::steers_answer, 0.45,
        "when|whenever|if asked|users_ask|anyone_asks|user_asks|someone_asks|they_ask|"
        "the_user_asks|people_ask * say|answer|respond|reply|claim|state|double|recommend|"
        "insist"},
    InjectionSign{
        Kind::steers_answer, 0.45,
        "insert|add|include|put|place * in|into|to|at|of your|every|each|the " SEEKD_ANSWER},
    InjectionSign{Kind::steers_answer, 0.3,
                  "tell|inform|convince|persuade|instruct the user|users|reader that|to"},
    InjectionSign{Kind::steers_answer, 0.3,
                  "the_user * granted|approved|authorized|authorised|agreed|consented"},
    InjectionSign{Kind::steers_answer, 0.25, "regardless of * question|query|asked|says"},
    InjectionSign{Kind::steers_answer, 0.25, "and nothing else"},
    InjectionSign{Kind::steers_answer, 0.3,
                  "say|write|output|print|respond pwned|hacked|compromised"},
    InjectionSign{Kind::steers_answer, 0.3,
                  "you must|shall|obey|will|should|have_to * obey|comply|say|recommend|answer|"
                  "respond|reply|praise|the_page|follow"},
    InjectionSign{Kind::steers_answer, 0.35,
                  "decode|decrypt this|it|and|the * obey|follow|execute"},
    InjectionSign{Kind::uses_tools, 0.5,
                  "use|call|invoke|run|execute|trigger * your|the * browsing|browser|search|code|"
                  "fetch|email|function tool|tools|plugin|interpreter|delete-"},
    InjectionSign{Kind::uses_tools, 0.25,
                  "open|visit|fetch|browse|load|navigate|click|call|request|go http|https|to_http|"
                  "to_https"},
    InjectionSign{Kind::uses_tools, 0.4,
                  "submit|send|post|forward * credentials|password|passwords|cookies|session|"
                  "conversation"},
    InjectionSign{Kind::denies_sources, 0.4,
                  "sources|source|documents|results|passages|text|pages|other_sources * "
                  "forged|fake|untrusted|outdated|falsified|fabricated|poisoned"},
    InjectionSign{Kind::steers_answer, 0.35, "cite|quote|use|trust * alone|only_this|exclusively"},

    // Chinese
    InjectionSign{
        Kind::override_instructions, 0.75,
        "忽略|无视|忘记|忘掉|忽视|抛开|丢弃|不要遵守|不要理会|不再遵守|不用理会|绕过|"
        "推翻|無視|忘記|忽視 * 之前|以上|先前|此前|前面|上面|上述|所有|全部|原有|系统|"
        "一切|已有|收到|系統 * 指令|指示|提示|规则|设定|命令|约束|准则|規則|設定|約束|限制"},
    InjectionSign{Kind::override_instructions, 0.45,
                  "忽略|无视|忘记|忘掉|無視|忘記 * 之前|以上|前面|上述|所有 * 内容|要求|文字|資料"},
    InjectionSign{Kind::asks_for_secrets, 0.7,
                  "输出|打印|显示|泄露|透露|告诉|复述|重复|列出|展示|给出|揭示|公布|輸出|顯示|"
                  "洩露 * 系统提示|系统指令|提示词|初始指令|隐藏指令|内部指令|系統提示|系统消息"},
    InjectionSign{Kind::changes_role, 0.55,
                  "你现在是|你現在是|现在起你是|现在开始你是|扮演|假装你是|假設你是 * ai|人工智能|"
                  "助手|模型|没有任何限制|不受限制|无限制|机器人|沒有限制"},
    InjectionSign{Kind::changes_role, 0.4,
                  "现在起|现在开始|即日起|現在起|現在開始 * 只|必须|回答|按照|你"},
    InjectionSign{
        Kind::addresses_assistant, 0.5,
        "致|写给|提醒|敬告|请|注意|给|請 * ai助手|人工智能助手|语言模型|ai模型|聊天机器人|"
        "大模型|智能助手|ai系统|語言模型|人工智慧"},
    InjectionSign{Kind::addresses_assistant, 0.6,
                  "如果你是|若你是|假如你是|作为一个 * 人工智能|语言模型|大模型|ai|助手|語言模型"},
    InjectionSign{Kind::addresses_assistant, 0.4,
                  "总结|摘要|概括|總結 * 本文|本页|网页|文章|此页 * 必须|务必|应当|请|不要|必須"},
    InjectionSign{Kind::keeps_from_user, 0.5,
                  "不要|不得|切勿|别|请勿|禁止|無需 * 告诉|告知|透露|提及|通知|提到|告訴 * "
                  "用户|使用者|用戶|读者|任何人"},
    InjectionSign{Kind::steers_answer, 0.3,
                  "直接回答|只回答|仅回答|只能回答|直接回复|只回复|只輸出"},
    InjectionSign{Kind::steers_answer, 0.3, "必须|务必|一定要|必須 * 推荐|首选|推薦"},
    InjectionSign{Kind::uses_tools, 0.3, "访问|打开|请求|点击|訪問 * http|https"},

    // Japanese
    InjectionSign{Kind::override_instructions, 0.75,
                  "以上|上記|これまで|以前|すべて|全て|先ほど|前 * 指示|命令|ルール|プロンプト|"
                  "制約|設定 * 無視|忘れ|従わない|従わず|破棄|取り消"},
    InjectionSign{Kind::asks_for_secrets, 0.7,
                  "システムプロンプト|システム指示|初期指示|内部指示|隠された指示 * "
                  "出力|表示|教え|開示|示し|書き出|漏ら|公開"},
    InjectionSign{
        Kind::addresses_assistant, 0.55,
        "要約する|読んでいる|読む|処理する|回答する * ai|言語モデル|アシスタント|チャットボット"},
    InjectionSign{Kind::addresses_assistant, 0.45,
                  "ai|aiアシスタント|言語モデル|チャットボット へ|への指示|向け"},
    InjectionSign{Kind::changes_role, 0.5, "あなたは|君は * ai|アシスタント|制限のない|dan|ボット"},
    InjectionSign{Kind::keeps_from_user, 0.5,
                  "ユーザー|利用者|読者 * 知らせ|伝え|言わ|明かさ|教え * ない|ず|なく"},
    InjectionSign{Kind::steers_answer, 0.35,
                  "必ず|最初に|だけ|のみ * 勧め|推奨|おすすめ|薦め|答え"},

    // Korean
    InjectionSign{Kind::override_instructions, 0.75,
                  "이전|이전의|위의|앞선|모든|지금까지의|기존|기존의 * 지시-|명령-|지침-|규칙-|"
                  "프롬프트- * 무시-|잊-|따르지"},
    InjectionSign{Kind::asks_for_secrets, 0.7,
                  "시스템 프롬프트-|메시지-|지침-|지시- * 출력-|공개-|알려-|표시-|보여-"},
    InjectionSign{Kind::changes_role, 0.5,
                  "너는|당신은|넌 이제|지금부터 * ai|어시스턴트-|제한-|챗봇-"},
    InjectionSign{Kind::addresses_assistant, 0.5,
                  "ai|인공지능|언어|챗봇 어시스턴트-|모델-|비서- * 추천-|반드시|답변-|요약-"},
    InjectionSign{Kind::keeps_from_user, 0.5, "사용자에게|이용자에게 * 알리지|말하지|밝히지"},

    // German
    InjectionSign{Kind::override_instructions, 0.75,
                  "ignoriere|ignorieren|ignoriert|vergiss|vergessen|missachte|missachten|"
                  "verwirf * vorherigen|vorigen|bisherigen|obigen|früheren|alle|allen|sämtliche * "
                  "anweisungen|instruktionen|anweisung|regeln|vorgaben|befehle|prompts"},
    InjectionSign{Kind::asks_for_secrets, 0.7,
                  "zeige|zeig|gib|geben|nenne|verrate|wiederhole|drucke|zeigen * "
                  "deinen|ihren|den|deine|ihre * systemprompt|system_prompt|systemanweisungen|"
                  "systemnachricht|systemanweisung"},
    InjectionSign{Kind::addresses_assistant, 0.55,
                  "hinweis|nachricht|achtung|mitteilung|anweisung an|für|an_alle|für_alle "
                  "ki|sprachmodelle|sprachmodell|chatbots|llms|ki_assistenten"},
    InjectionSign{Kind::addresses_assistant, 0.55,
                  "wenn|falls du|sie * ki|sprachmodell|chatbot bist|sind"},
    InjectionSign{Kind::changes_role, 0.45,
                  "du_bist|sie_sind|ab jetzt|nun|sofort * ki|assistent|du|antworte"},
    InjectionSign{Kind::keeps_from_user, 0.45,
                  "sage|sagen|sag|erwähne|erwähnen|teile|verrate * nutzer|benutzer|anwender * "
                  "nicht|nichts"},
    InjectionSign{Kind::steers_answer, 0.35,
                  "empfehlen|empfiehl|antworte|antworten * ausschliesslich|nur|immer|zuerst"},

    // French
    InjectionSign{Kind::override_instructions, 0.75,
                  "ignorez|ignore|ignorer|oubliez|oublie * toutes|tous|les * "
                  "instructions|consignes|règles|directives * précédentes|dessus|antérieures|"
                  "reçues|données|initiales"},
    InjectionSign{Kind::asks_for_secrets, 0.7,
                  "affichez|affiche|révélez|révèle|montrez|montre|donnez|répétez|imprimez * "
                  "prompt|instructions|consignes|message * système|initial|initiales|cachées"},
    InjectionSign{Kind::addresses_assistant, 0.55,
                  "note|message|attention|avis|instructions aux|à|pour|aux_assistants * "
                  "ia|llm|modèles_de_langage|chatbots"},
    InjectionSign{Kind::changes_role, 0.5,
                  "tu_es|vous_êtes désormais|maintenant * ia|assistant|chatbot|restriction|"
                  "restrictions"},
    InjectionSign{Kind::keeps_from_user, 0.45,
                  "ne * dites|dis|mentionnez|révélez|informez * utilisateur|utilisateurs"},

    // Spanish and Portuguese
    InjectionSign{Kind::override_instructions, 0.75,
                  "ignora|ignore|ignorad|olvida|olvide|descarta|desconsidere|desconsidera|esqueça|"
                  "esquece * instrucciones|reglas|órdenes|indicaciones|directrices|instruções|"
                  "regras|ordens|diretrizes * anteriores|previas|arriba|recibidas|acima|prévias|"
                  "recebidas"},
    InjectionSign{Kind::override_instructions, 0.7,
                  "ignora|ignore|olvida|olvide|desconsidere|esqueça * todas|tus|sus|suas * "
                  "instrucciones|reglas|instruções|regras"},
    InjectionSign{Kind::asks_for_secrets, 0.7,
                  "revela|revele|muestra|imprime|imprima|repite|repita|escribe|mostre|exiba * "
                  "prompt|mensaje|instrucciones|mensagem|instruções * sistema|iniciales|ocultas|"
                  "iniciais"},
    InjectionSign{Kind::changes_role, 0.5,
                  "partir|desde ahora|de_ahora|de_agora|agora * eres|serás|actúa|responde|você|"
                  "responda|é"},
    InjectionSign{Kind::changes_role, 0.35,
                  "sin|sem restricciones|límites|filtros|restrições|limites"},
    InjectionSign{Kind::addresses_assistant, 0.55,
                  "nota|mensaje|aviso|atención|mensagem|atenção para|a|aos|para_los|a_los * "
                  "ia|modelos_de_lenguaje|modelos_de_linguagem|chatbots|llm"},
    InjectionSign{Kind::keeps_from_user, 0.45,
                  "no|não|sin|sem * digas|decírselo|menciones|reveles|informes|decir|diga|conte|"
                  "mencione|informe * usuario|usuário"},

    // Italian
    InjectionSign{Kind::override_instructions, 0.75,
                  "ignora|ignorate|ignori|dimentica|dimenticate * istruzioni|regole|direttive|"
                  "indicazioni * precedenti|sopra|ricevute"},
    InjectionSign{Kind::asks_for_secrets, 0.7,
                  "rivela|mostra|stampa|ripeti|scrivi * prompt|messaggio|istruzioni * "
                  "sistema|iniziali|nascoste"},
    InjectionSign{Kind::keeps_from_user, 0.45, "non * dire|dirlo|menzionare|rivelare * utente"},

    // Russian
    InjectionSign{Kind::override_instructions, 0.75,
                  "игнорируй|игнорируйте|забудь|забудьте|проигнорируй|проигнорируйте|отбрось * "
                  "все|предыдущие|прошлые|вышеуказанные|прежние|полученные * "
                  "инструкции|указания|правила|команды"},
    InjectionSign{Kind::asks_for_secrets, 0.7,
                  "выведи|покажи|раскрой|напиши|повтори|распечатай|сообщи|выведите|покажите * "
                  "системный|системную|системные|скрытые|начальные * промпт|инструкции|подсказку|"
                  "сообщение"},
    InjectionSign{Kind::addresses_assistant, 0.5,
                  "внимание|сообщение|заметка|инструкция|если * языковая|языковые|языковой|ии|"
                  "ассистент|ассистенты|нейросеть|ассистента"},
    InjectionSign{Kind::keeps_from_user, 0.5,
                  "не * сообщай|говори|упоминай|сообщайте|говорите|рассказывай * "
                  "пользователю|пользователям"},

    // Arabic, Hindi, Dutch, Polish, Turkish, Vietnamese, Indonesian
    InjectionSign{Kind::override_instructions, 0.75,
                  "تجاهل|تجاهلوا|انس * التعليمات|الأوامر|القواعد|تعليمات * السابقة|أعلاه|السابق"},
    InjectionSign{Kind::asks_for_secrets, 0.7,
                  "اكشف|واكشف|اعرض|اطبع|أظهر * موجه|تعليمات|رسالة * النظام"},
    InjectionSign{Kind::override_instructions, 0.75,
                  "पिछले|पिछली|उपरोक्त|सभी * निर्देशों|निर्देश|नियमों * अनदेखा|नज़रअंदाज़|भूल|अनदेखी"},
    InjectionSign{Kind::override_instructions, 0.75,
                  "negeer|vergeet * alle|vorige|eerdere|bovenstaande * instructies|aanwijzingen|"
                  "regels"},
    InjectionSign{Kind::override_instructions, 0.75,
                  "zignoruj|ignoruj|zapomnij * poprzednie|wszystkie|wcześniejsze|poprzednich * "
                  "instrukcje|polecenia|zasady|instrukcjach"},
    InjectionSign{Kind::override_instructions, 0.75,
                  "önceki|yukarıdaki|tüm * talimatları|komutları|kuralları|talimatlar * "
                  "yok|unut|görmezden|dikkate"},
    InjectionSign{Kind::override_instructions, 0.75,
                  "bỏ_qua|phớt_lờ|quên * hướng_dẫn|chỉ_dẫn|lệnh|quy_tắc * trước|trên|đó"},
    InjectionSign{Kind::override_instructions, 0.75,
                  "abaikan|lupakan * instruksi|perintah|aturan|petunjuk * sebelumnya|atas|sistem"},
};

#undef SEEKD_IGNORE
#undef SEEKD_EARLIER
#undef SEEKD_RULES
#undef SEEKD_TELL
#undef SEEKD_MACHINE
#undef SEEKD_ANSWER

constexpr std::array marks{
    InjectionMark{Kind::imitates_markup, 0.45, "<|im_start|>"},
    InjectionMark{Kind::imitates_markup, 0.45, "<|im_end|>"},
    InjectionMark{Kind::imitates_markup, 0.45, "<|user|>"},
    InjectionMark{Kind::imitates_markup, 0.45, "<|assistant|>"},
    InjectionMark{Kind::imitates_markup, 0.45, "<|system|>"},
    InjectionMark{Kind::imitates_markup, 0.45, "<|end▁of▁sentence|>"},
    InjectionMark{Kind::imitates_markup, 0.45, "<|endoftext|>"},
    InjectionMark{Kind::imitates_markup, 0.45, "<|eot_id|>"},
    InjectionMark{Kind::imitates_markup, 0.45, "<|start_header_id|>"},
    InjectionMark{Kind::imitates_markup, 0.45, "[/inst]"},
    InjectionMark{Kind::imitates_markup, 0.45, "<</sys>>"},
    InjectionMark{Kind::imitates_markup, 0.45, "### instruction"},
    InjectionMark{Kind::imitates_markup, 0.45, "### system"},
    InjectionMark{Kind::imitates_markup, 0.45, "### response"},
    InjectionMark{Kind::imitates_markup, 0.45, "\"role\": \"system\""},
    InjectionMark{Kind::imitates_markup, 0.45, "\"role\":\"system\""},
    InjectionMark{Kind::imitates_markup, 0.4, "\nsystem: "},
    InjectionMark{Kind::imitates_markup, 0.4, "\nassistant: "},
    InjectionMark{Kind::imitates_markup, 0.65, "</pages"},
    InjectionMark{Kind::imitates_markup, 0.65, "<pages "},
    InjectionMark{Kind::uses_tools, 0.5, "={"},
    InjectionMark{Kind::uses_tools, 0.5, "=<"},
    InjectionMark{Kind::uses_tools, 0.5, "=["},
};

constexpr std::array<std::string_view, 16> about{"prompt injection",
                                                 "injection attack",
                                                 "jailbreak",
                                                 "attacker",
                                                 "adversarial",
                                                 "such as",
                                                 "for example",
                                                 "e.g.",
                                                 "phrases",
                                                 "phrase",
                                                 "注入",
                                                 "攻击",
                                                 "攻撃",
                                                 "インジェクション",
                                                 "例如",
                                                 "attaque"};

}  // namespace

std::span<const InjectionSign> injection_signs() {
  return signs;
}
std::span<const InjectionMark> injection_marks() {
  return marks;
}
std::span<const std::string_view> words_about_injection() {
  return about;
}

}  // namespace seekd::policy
