#include <algorithm>
#include <array>

#include "policy/question_rules.h"

namespace seekd::policy {
namespace {

constexpr auto real_time = ChangeClass::real_time;
constexpr auto fast = ChangeClass::fast_changing;
constexpr auto slow = ChangeClass::slow_changing;
constexpr auto never = ChangeClass::never_changing;

struct Row {
  std::string_view pattern;
  double weight;
  ChangeClass change_class;
  std::string_view reason;
};

// Weights are set by hand from what the words mean, in steps: 3 decides nearly alone, 1.5 speaks
// clearly, 0.7 leans.
constexpr std::array english_rows{
    // What changes within hours.
    Row{"right now", 3, real_time, "words 'right now'"},
    Row{"today|tonight", 3, real_time, "word 'today' or 'tonight'"},
    Row{"this morning|afternoon|evening", 3, real_time, "a part of today"},
    Row{"weather|forecast", 3, real_time, "asks for weather"},
    Row{"stock|share price|prices", 2.5, real_time, "asks for a stock price"},
    Row{"price|prices of|for", 2, real_time, "asks for a price"},
    Row{"exchange|interest|mortgage rate|rates", 2.5, real_time, "asks for a rate"},
    Row{"price|prices|worth|trading", 1, real_time, "word 'price' or 'worth'"},
    Row{"market cap|capitalization", 2.5, real_time, "asks for a market value"},
    Row{"live score|scores|stream|updates", 2.5, real_time, "asks for live events"},
    Row{"what|which time|day|date|month|season|year is it", 3, real_time, "asks for the date"},
    Row{"traffic|outage|down|delayed right|now|currently", 2, real_time,
        "asks for a present state"},

    // What changes within months.
    Row{"latest|newest", 3, fast, "word 'latest' or 'newest'"},
    Row{"most recent|recently", 3, fast, "words 'most recent'"},
    Row{"recent|recently|lately", 2, fast, "word 'recent'"},
    Row{"this|present year|month|week|season|weekend|quarter", 3, fast, "this year, month or week"},
    Row{"last|past night|week|month|weekend|year|season", 2.5, fast, "last year, month or week"},
    Row{"yesterday|tomorrow", 3, fast, "word 'yesterday' or 'tomorrow'"},
    Row{"upcoming|forthcoming", 3, fast, "word 'upcoming'"},
    Row{"when|what|who|where * next", 2.5, fast, "asks for what comes next"},
    Row{"next year|month|week|season|election|game|match|episode|release", 2.5, fast,
        "asks for what comes next"},
    Row{"so far|to date", 2, fast, "words 'so far'"},
    Row{"as of", 2, fast, "words 'as of'"},
    Row{"now|nowadays|anymore|presently", 1.5, fast, "word 'now'"},
    Row{"news|headlines|rumors|rumours", 2.5, fast, "asks for news"},
    Row{"status|progress of", 2, fast, "asks how something stands"},
    Row{"who|which|what * leads|leading|ahead", 1.5, fast, "asks for standings"},
    Row{"is|are * top of the", 1, fast, "asks for standings"},
    Row{"^ is|are * open|closed|available|online|operational|cancelled|canceled", 1, fast,
        "asks for a present state"},
    Row{"what|anything happening|new", 2, fast, "asks what is new"},
    Row{"new|current|latest|stable version|release|update|patch", 2, fast, "asks for a release"},
    Row{"release date", 1, fast, "asks for a release date"},
    Row{"schedule|standings|leaderboard|lineup|roster", 1.5, fast, "asks for standings or dates"},
    Row{"is|are|does * cost|costs", 2, fast, "asks what something costs"},
    Row{"how much does|do|is|are", 1.2, fast, "asks how much something is"},
    Row{"how long has|have", 2, fast, "counts up to now"},
    Row{"how many|long|much * since", 1.5, fast, "counts up to now"},
    Row{"how old is|are", 2, fast, "asks for an age"},
    Row{"current|present age of", 2, fast, "asks for an age"},
    Row{"poll|polls|polling|odds", 1.5, fast, "asks for polls or odds"},

    // What changes within years.
    Row{"current|currently", 2.5, slow, "word 'current'"},
    Row{"still|remaining|active|incumbent", 1, slow, "speaks of what still is"},
    Row{"richest|wealthiest", 2, fast, "asks for a fortune"},
    Row{"who won", 0.8, fast, "asks for a winner"},
    Row{"when did|was * last", 1.7, slow, "asks for the last one"},
    Row{"world s -est|most", 1.5, slow, "asks for a world record"},
    Row{"most "
        "expensive|valuable|popular|populous|followed|liked|viewed|watched|streamed|visited|sold",
        1.2, slow, "asks for a ranking"},
    Row{"what|which * version|release", 2, fast, "asks for a release"},
    Row{"best|cheapest", 0.7, slow, "asks for a ranking"},
    Row{"living|alive", 1.5, slow, "speaks of the living"},
    Row{"what|who|which is|are|s * most", 1, slow, "asks for the most of its kind"},
    Row{"top|highest|best|most "
        "ranked|rated|selling|grossing|paid|popular|viewed|liked|followers|valuable",
        1.5, slow, "asks for a ranking"},
    Row{"ranking|rankings|ranked|popularity", 1, slow, "asks for a ranking"},
    Row{"most|-est * ever|history", 1, slow, "asks for a record"},
    Row{"of all time", 1, slow, "asks for a record"},
    Row{"record for", 1, slow, "asks for a record"},
    Row{"holds|hold|held * record", 1.5, slow, "asks for a record"},
    Row{"who is|s|are the|a", 0.7, slow, "asks who holds a place"},
    Row{"who is|s|are * "
        "president|minister|chancellor|king|queen|pope|governor|mayor|senator|sheriff|ceo|"
        "cto|cfo|chairman|chair|director|head|coach|manager|captain|owner|leader|secretary|speaker|"
        "ambassador|commissioner|host|hosts|champion|champions",
        1.5, slow, "asks who holds an office"},
    Row{"president|minister|chancellor|king|queen|pope|governor|mayor|ceo|secretary|general|"
        "champion is",
        1, slow, "asks who holds an office"},
    Row{"is|are * still", 1, slow, "asks whether something still holds"},
    Row{"does|do|is * play|plays|playing for", 2, slow, "asks for a player's club"},
    Row{"how many * has|have", 1.5, slow, "counts up to now"},
    Row{"has|have * -ed|been|become|won|lost|made|gone|had", 0.7, slow,
        "asks for what has come to be"},
    Row{"how many * does|do * have|offer|own|employ|operate|play|cost", 1, slow,
        "counts what somebody has"},
    Row{"how many * are|is there", 0.5, slow, "counts what there is"},
    Row{"population|inhabitants|unemployment|inflation|gdp|salary|wage|wages|enrollment", 1.2, slow,
        "asks for a statistic"},
    Row{"net worth", 1.5, fast, "asks for a fortune"},
    Row{"followers|subscribers|stars|citations|streams|views|downloads|index", 1, fast,
        "asks for a growing count"},
    Row{"^ will", 1.5, slow, "asks for the future"},
    Row{"will be|the|there|happen|come|take", 0.7, slow, "asks for the future"},
    Row{"minimum|maximum|legal wage|age|limit", 1, slow, "asks for a rule that is amended"},
    Row{"how many * won|win", 0.7, slow, "counts victories"},
    Row{"last|latest * concert|match|game|album|film|movie|season|episode|eruption|election", 0.7,
        slow, "asks for the last one"},
    Row{"s|any new", 0.7, slow, "asks for something new"},
    Row{"since", 0.5, slow, "word 'since'"},

    // What does not change.
    Row{"^ who|what|where|which * was|were", -1.2, never, "asks about the past"},
    Row{"^ when|how|why|what|where|which|who|in|on * did", -1.2, never, "asks about a past event"},
    Row{"^ when|where|why was|were", -1.2, never, "asks about the past"},
    Row{"how old|tall|far|big|large was|were|did", -1.2, never, "asks about the past"},
    Row{"^ did|was|were", -1.2, never, "asks about the past"},
    Row{"^ who|which * wrote|invented|discovered|founded|created|painted|composed|directed|killed|"
        "bought|defeated|designed|built|sang|played",
        -1, never, "asks who did something"},
    Row{"wrote|invent-|discover-|painted|composed|author|inventor|founder|creator|founded|born|"
        "died|"
        "buried",
        -1, never, "asks about an origin"},
    Row{"first|1st|second|2nd|third|3rd", -0.7, never,
        "asks for a place in an order that is settled"},
    Row{"main|fictional character|characters", -1.5, never, "asks about a work of fiction"},
    Row{"novel|poem|myth|mythology|painting|titled|book", -0.7, never, "asks about a work"},
    Row{"capital of|city", -1.5, never, "asks for a capital"},
    Row{"capital|border|borders|located|north|south|east|west", -1, never, "asks for geography"},
    Row{"-est "
        "mammal|animal|reptile|bird|fish|insect|star|planet|moon|ocean|sea|lake|river|mountain|"
        "desert|island|continent|country|element|bone|organ|dinosaur|tree|prime|number",
        -2, never, "asks for an extreme of nature"},
    Row{"what does|do|did * mean|stand", -2.5, never, "asks for a meaning"},
    Row{"^ define|explain|describe|compare", -2, never, "asks for an explanation"},
    Row{"definition|meaning|synonym|antonym|etymology|difference of|for|between", -2, never,
        "asks for a meaning"},
    Row{"^ why", -0.7, never, "asks for a reason"},
    Row{"^ how does|do|can|to", -1.2, never, "asks how something is done"},
    Row{"^ what|how is|are a|an", -1, never, "asks what something is"},
    Row{"^ "
        "translate|summarize|summarise|rewrite|proofread|paraphrase|calculate|compute|solve|"
        "simplify|"
        "prove|write|compose|draft|convert|correct|implement|refactor|factor|integrate|"
        "differentiate",
        -2.5, never, "asks for work on a given text or task"},
    Row{"^ please|can|could * "
        "translate|summarize|summarise|rewrite|calculate|compute|solve|prove|write|"
        "explain|convert|correct|implement|debug",
        -2.5, never, "asks for work on a given text or task"},
    Row{"write|implement|debug|fix * function|code|program|script|query|regex|class|loop", -2,
        never, "asks for code"},
    Row{"square|cube root|roots", -2.5, never, "asks for arithmetic"},
    Row{"derivative|integral|equation|theorem|factorial|percent|logarithm", -1, never,
        "asks for mathematics"},
    Row{"war|battle|empire|dynasty|emperor|revolution|century|ancient|medieval", -1, never,
        "asks about history"},
    Row{"how many "
        "legs|lungs|bones|teeth|chromosomes|sides|planets|continents|degrees|players|cards",
        -2, never, "counts what is fixed"},
};

}  // namespace

const std::vector<PatternRule>& english_rules() {
  static const std::vector<PatternRule> rules = [] {
    std::vector<PatternRule> compiled;
    compiled.reserve(english_rows.size());
    for (const Row& row : english_rows) {
      compiled.push_back({WordPattern(row.pattern), row.weight, row.change_class, row.reason});
    }
    return compiled;
  }();
  return rules;
}

bool is_superlative(std::string_view word) {
  constexpr std::array<std::string_view, 27> others{
      "west",     "east",    "rest",      "test",      "best",    "nest",    "pest",
      "guest",    "quest",   "chest",     "crest",     "forest",  "honest",  "modest",
      "arrest",   "invest",  "harvest",   "protest",   "contest", "request", "suggest",
      "interest", "midwest", "northwest", "southwest", "everest", "budapest"};
  return word.size() > 4 && word.ends_with("est") &&
         std::ranges::find(others, word) == others.end();
}

}  // namespace seekd::policy
