#include "cache/index/language.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <unordered_map>

namespace seekd::cache {
namespace {

struct Known {
  const char* stemmer;
  std::string_view code;   // ISO 639-1
  std::string_view words;  // frequent ones, folded; a space before and after each
};

// In the order of Language. Words that several have count for each.
constexpr std::array<Known, language_count> known{{
    {"english", "en",
     " the of and a to in is that for it was on are as with be by this have from at which not you "
     "but or were they an has had their will would there been if can more who when what "},
    {"danish", "da",
     " og i at det er en til på som med for af den ikke der var et jeg har de vi kan om men eller "
     "fra blev han hun også være efter ved hvor nogle mellem "},
    {"dutch", "nl",
     " de het een en van in is dat op te zijn met voor niet aan er om die ook als bij door naar "
     "maar werd uit over wordt deze heeft nog dan worden zij tot hij onder meer "},
    {"finnish", "fi",
     " ja on ei se että oli hän mutta ovat joka kun myös kuin sen tai niin vain mitä jos mukaan "
     "olla sekä jotka tämä hänen ole ollut kanssa "},
    {"french", "fr",
     " de la le et les des en un une du est que qui dans pour par sur au pas avec ce il sont plus "
     "ne se aux son cette ou mais comme être elle nous ont leur sa ses "},
    {"german", "de",
     " der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an "
     "werden aus er hat dass sie nach wird bei einer um am sind noch wie einem über "},
    {"hungarian", "hu",
     " a az és hogy nem is egy ez meg volt csak de már még ha mint azt el van vagy ezt lehet "
     "minden ami után szerint között "},
    {"italian", "it",
     " di e il la che in un è per una del non sono con da si le i dei al della come più lo gli "
     "nel alla delle anche ha dal se ma questo degli nella essere suo "},
    {"norwegian", "no",
     " og i det er en til på som med for av den ikke å var et jeg har de vi kan om men eller fra "
     "ble han hun også være etter ved hvor noen mellom seg "},
    {"portuguese", "pt",
     " de a o que e do da em um para com não uma os no se na por mais as dos como mas ao ele das à "
     "seu sua ou foi são pela pelo até isso ela entre também "},
    {"romanian", "ro",
     " de și în la a cu pe care din nu un o este mai pentru că sau al au fi ale prin după lui dar "
     "fost sunt sa ca printre între "},
    {"russian", "ru",
     " и в не на что с по как это а то к из у за от его но для о же он был все она так или если до "
     "при были они ее также после быть только может "},
    {"spanish", "es",
     " de la que el en y a los se del las un por con una para es no su al lo como más o pero sus "
     "le "
     "ha este entre está cuando sobre también fue desde son ser "},
    {"swedish", "sv",
     " och i att det som en på är av för med till den har de inte om ett var jag men vi så kan "
     "från "
     "eller han hon också vid efter när under mellan blev "},
}};

std::size_t index_of(Language language) {
  return static_cast<std::size_t>(language);
}

std::optional<Language> parse_language(std::string_view declared) {
  std::string code(declared.substr(0, declared.find_first_of("-_")));
  for (char& c : code) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  if (code == "nb" || code == "nn") code = "no";
  const auto found = std::ranges::find(known, code, &Known::code);
  if (found == known.end()) return std::nullopt;
  return static_cast<Language>(found - known.begin());
}

using Words = std::unordered_map<std::string_view, std::uint32_t>;  // → a bit for each language

Words make_words() {
  Words words;
  for (std::size_t i = 0; i < known.size(); ++i) {
    std::string_view rest = known[i].words;
    while (rest.size() > 1) {
      rest.remove_prefix(1);
      const std::size_t end = rest.find(' ');
      words[rest.substr(0, end)] |= 1U << i;
      rest.remove_prefix(end);
    }
  }
  return words;
}

using Hits = std::array<std::size_t, language_count>;

// How many of the words are frequent in each language.
Hits count_hits(std::string_view sequence) {
  static const Words words = make_words();
  Hits hits{};
  while (!sequence.empty()) {
    const std::size_t end = std::min(sequence.find('\n'), sequence.size());
    const auto word = words.find(sequence.substr(0, end));
    for (std::size_t i = 0; word != words.end() && i < hits.size(); ++i) {
      hits[i] += word->second >> i & 1;
    }
    sequence.remove_prefix(std::min(end + 1, sequence.size()));
  }
  return hits;
}

}  // namespace

const char* stemmer_name(Language language) {
  return known[index_of(language)].stemmer;
}

Language detect_language(std::string_view declared, std::string_view sequence) {
  constexpr std::size_t hits_min = 3;
  const Hits hits = count_hits(sequence);
  const auto best = std::ranges::max_element(hits);  // of equal ones the first
  const std::optional<Language> said = parse_language(declared);
  if (said && (*best < hits_min || hits[index_of(*said)] * 2 >= *best)) return *said;
  if (*best < hits_min) return Language::english;
  return static_cast<Language>(best - hits.begin());
}

}  // namespace seekd::cache
