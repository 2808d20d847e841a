#include "policy/false_premise.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "policy/word_pattern.h"

namespace seekd::policy {
namespace {

struct Row {
  std::string_view pattern;
  double suspicion;
  std::string_view reason;
};

constexpr std::array rows{
    // States that are no more, spoken of as if they were.
    Row{"is|are|does|do|has|have|will * soviet union", 0.7, "the Soviet Union is no more"},
    Row{"is|are|does|do|has|have|will|in * yugoslavia is|are|has|have", 0.9,
        "Yugoslavia is no more"},
    Row{"is|are|does|do|has|have|will * yugoslavia|czechoslovakia|prussia|ussr", 0.8,
        "that state is no more"},
    Row{"is|are|does|do|has|have|will * east germany|prussia", 0.8, "that state is no more"},
    Row{"is|are|does|do|has|have|will * ottoman|roman|byzantine|mongol|persian|inca|aztec empire",
        0.7, "that empire is no more"},

    // Offices that a country does not have.
    Row{"is|are|s * president|king|queen|emperor of canada|australia|england", 0.8,
        "that country has no such office"},
    Row{"is|are|s * canadian|australian|british|japanese|english president", 0.9,
        "that country has no such office"},
    Row{"is|are|s * king|queen|emperor|monarch of "
        "germany|france|italy|russia|china|india|switzerland|austria|portugal|greece|turkey|iran|"
        "brazil|mexico",
        0.9, "that country has no monarch"},
    Row{"is|are|s * king|queen|emperor|prime|chancellor * united states", 0.9,
        "that country has no such office"},
    Row{"is|are|s * chancellor|president of japan|spain|sweden|norway|denmark|netherlands|belgium",
        0.8, "that country has no such office"},

    // What nobody has reached.
    Row{"first|when|who|what|how * human|humans|man|woman|person|people|astronaut|astronauts * "
        "mars|venus|jupiter|saturn",
        0.8, "nobody has been there"},
    Row{"land|landed|walk|walked|colonize|colonized|live on mars|venus|jupiter", 0.7,
        "nobody has been there"},
    Row{"cure for cancer|alzheimer|alzheimers|diabetes|aids|hiv", 0.6, "no such cure is known"},
    Row{"time machine|travel|traveler", 0.5, "nobody travels in time"},

    // What one asks of the living, of something that may have ended.
    Row{"how much longer will|is|does", 0.5, "takes it that something goes on"},
    Row{"how many days|weeks|months are left|remain", 0.3, "takes it that something is to come"},

    // A place in an order that may not have been reached.
    Row{"when|year|date did * first|second|third|fourth|fifth|sixth|seventh|eighth|tenth "
        "oscar|grammy|grammys|emmy|championship|title|world|super|grand|golden|academy|nobel|"
        "michelin|term",
        0.5, "takes it that so many were won"},
    Row{"did * win|won|earn|receive his|her|their|its "
        "first|second|third|fourth|fifth|sixth|seventh|eighth|tenth",
        0.5, "takes it that so many were won"},
};

const std::vector<std::pair<WordPattern, const Row*>>& patterns() {
  static const auto compiled = [] {
    std::vector<std::pair<WordPattern, const Row*>> made;
    made.reserve(std::size(rows));
    for (const Row& row : rows) made.emplace_back(WordPattern(row.pattern), &row);
    return made;
  }();
  return compiled;
}

bool occurs(std::string_view pattern, std::span<const Word> words) {
  return WordPattern(pattern).occurs_in(words);
}

// Summer games and men's world cups are every four years, winter games between them since 1994;
// there were none in the world wars. Those of 2020 were held a year late.
bool names_games_that_were_not(std::span<const Word> words, int year) {
  const bool war = (year >= 1914 && year <= 1918) || (year >= 1939 && year <= 1945);
  if (occurs("olympics|olympic", words)) {
    const int period = occurs("summer", words) || year < 1994 ? 4 : 2;
    return war || (year >= 1896 && year % period != 0 && year != 2021);
  }
  if (!occurs("fifa|soccer|football world cup", words) || occurs("women|womens", words)) {
    return false;
  }
  return war || (year >= 1930 && year % 4 != 2);
}

void keep_stronger(PremiseSuspicion& suspicion, double score, std::string_view reason) {
  if (score > suspicion.score) suspicion = {score, std::string(reason)};
}

}  // namespace

PremiseSuspicion suspect_premise(std::span<const Word> words, const std::optional<SpokenTime>& time,
                                 TimePoint now) {
  PremiseSuspicion suspicion;
  for (const auto& [pattern, row] : patterns()) {
    if (row->suspicion > suspicion.score && pattern.occurs_in(words)) {
      keep_stronger(suspicion, row->suspicion, row->reason);
    }
  }
  if (!time) return suspicion;
  if (time->is_over(now) && occurs("will|left|until|upcoming|next|forthcoming", words) &&
      !occurs("did|was|were", words)) {
    keep_stronger(suspicion, 0.7, "speaks of " + time->words + " as if it were to come");
  }
  if (names_games_that_were_not(words, year_of(time->span.begin))) {
    keep_stronger(suspicion, 0.9, "there were no such games in " + time->words);
  }
  return suspicion;
}

}  // namespace seekd::policy
