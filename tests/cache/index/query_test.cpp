// What is read out of a query's text, and what phrases and other languages find.

#include "cache/index/query.h"

#include <algorithm>

#include <catch2/catch.hpp>

#include "cache/index/language.h"
#include "cache/index/terms.h"
#include "tests/cache/temporary_cache.h"

using namespace seekd;
using namespace seekd::cache;

namespace {

std::vector<std::string> urls_for(TemporaryCache& cache, const std::string& text,
                                  QuerySyntax syntax = QuerySyntax::marks) {
  SearchQuery query = query_for(text);
  query.syntax = syntax;
  Result<std::vector<Passage>> passages = cache->search(query, at(0));
  if (!passages) FAIL(passages.error().message);
  std::vector<std::string> urls;
  for (const Passage& passage : *passages) urls.push_back(passage.url.substr(15));
  std::ranges::sort(urls);
  return urls;
}

void store(TemporaryCache& cache, const std::string& name, const std::string& text,
           const std::string& language = "") {
  FetchedPage page = page_of("https://a.test/" + name, {text});
  page.metadata.language = language;
  Result<StoreOutcome> stored = cache->store(page, at(0));
  if (!stored) FAIL(stored.error().message);
}

using Urls = std::vector<std::string>;

std::string sequence(std::string_view text) {
  Result<TermReader> terms = TermReader::create();
  REQUIRE(terms);
  return terms->sequence(text);
}

Language language_of(std::string_view declared, std::string_view text) {
  return detect_language(declared, sequence(text));
}

}  // namespace

TEST_CASE("Phrases and what is excluded are read out of a query") {
  CHECK(read_query("falcon \"peregrine nest\" speed") ==
        WrittenQuery{"falcon  peregrine nest  speed", {"peregrine nest"}, {}});
  CHECK(read_query("“a b” „c d“ «e f» 「猎鹰」『飞』") ==
        WrittenQuery{" a b   c d   e f   猎鹰  飞 ", {"a b", "c d", "e f", "猎鹰", "飞"}, {}});
  CHECK(read_query("falcon -kestrel -\"red kite\"") ==
        WrittenQuery{"falcon  ", {}, {"kestrel", "red kite"}});
}

TEST_CASE("Marks that mark nothing are characters like any other") {
  for (const std::string text : {"a 5\" disk and a 3\" one", "say \"this", "well-known",
                                 "-5 degrees", "a - b", "--help", "\"\"", "", "x=\"y z\"", "-"}) {
    INFO(text);
    CHECK(read_query(text) == WrittenQuery{text, {}, {}});
  }
}

TEST_CASE("A phrase is found in its order, and nowhere else") {
  TemporaryCache cache;
  cache.open();
  store(cache, "1", "The peregrine falcon nests on cliffs.");
  store(cache, "2", "A falcon is no peregrine, and nests in trees.");
  store(cache, "3", "Peregrine. Falcons are other birds.");
  CHECK(urls_for(cache, "peregrine falcon") == Urls{"1", "2", "3"});
  CHECK(urls_for(cache, "\"peregrine falcon\"") == Urls{"1"});
  CHECK(urls_for(cache, "“Falcon NESTS” cliffs") == Urls{"1"});
  CHECK(urls_for(cache, "\"falcon peregrine\"").empty());
  CHECK(urls_for(cache, "\"nests\" \"peregrine\"") == Urls{"1", "2"});
  CHECK(urls_for(cache, "\"peregrine falcons\"") == Urls{"3"});  // as written, not stemmed
  CHECK(urls_for(cache, "peregrine -cliffs") == Urls{"2", "3"});
  CHECK(urls_for(cache, "peregrine -\"falcons are\" -trees") == Urls{"1"});
  CHECK(urls_for(cache, "-peregrine").empty());
}

TEST_CASE("In a question quotation marks demand nothing") {
  TemporaryCache cache;
  cache.open();
  store(cache, "1", "The peregrine falcon nests on cliffs.");
  CHECK(urls_for(cache, "who said \"falcon peregrine\" -cliffs?", QuerySyntax::words) == Urls{"1"});
}

TEST_CASE("Chinese and Japanese phrases are found in their order") {
  TemporaryCache cache;
  cache.open();
  store(cache, "1", "游隼在悬崖上筑巢，飞得很快。");
  store(cache, "2", "悬崖下有游隼的巢，筑在树上。");
  CHECK(urls_for(cache, "「悬崖上筑巢」") == Urls{"1"});
  CHECK(urls_for(cache, "“游隼” 巢") == Urls{"1", "2"});
  CHECK(urls_for(cache, "\"上游隼\"").empty());
}

TEST_CASE("A phrase does not go from the title into the text") {
  TemporaryCache cache;
  cache.open();
  FetchedPage page = page_of("https://a.test/1", {"falcon nests"});
  page.metadata.title = "peregrine";
  REQUIRE(cache->store(page, at(0)));
  CHECK(urls_for(cache, "\"peregrine falcon\"").empty());
  CHECK(urls_for(cache, "\"falcon nests\" \"peregrine\"") == Urls{"1"});
}

TEST_CASE("A phrase is found among thousands of passages that have its words") {
  TemporaryCache cache;
  cache.open();
  FetchedPage page = page_of("https://a.test/many", {});
  for (int i = 0; i < 3000; ++i) {
    page.blocks.push_back(heading(1, "part " + std::to_string(i)));
    page.blocks.push_back(paragraph(i == 2345 ? "red and blue kites" : "blue and red kites"));
  }
  REQUIRE(cache->store(page, at(0)));
  SearchQuery query = query_for("\"red and blue\"");
  query.syntax = QuerySyntax::marks;
  query.duplicates = Duplicates::keep;
  const auto passages = cache->search(query, at(0));
  REQUIRE(passages);
  REQUIRE(passages->size() == 1);
  CHECK(passages->front().heading_path == "part 2345");
}

TEST_CASE("A page's language is told by its words, and by what it says where these do not tell") {
  const std::string german = "Der Falke fliegt schnell und jagt in der Luft, aber nicht am Boden.";
  const std::string russian = "Сокол летает быстро и не боится высоты, но он не может плавать.";
  CHECK(language_of("", german) == Language::german);
  CHECK(language_of("de-AT", german) == Language::german);
  CHECK(language_of("en", german) == Language::german);
  CHECK(language_of("", russian) == Language::russian);
  CHECK(language_of("fr", "Faucons") == Language::french);
  CHECK(language_of("NB-no", "Falk") == Language::norwegian);
  CHECK(language_of("", "Falcon") == Language::english);
  CHECK(language_of("xx", "猎鹰") == Language::english);
  CHECK(language_of("", "Le faucon est un oiseau qui vole dans les airs et sur la mer.") ==
        Language::french);
  CHECK(language_of("", "El halcón es un ave que vuela por el aire y no se ve en el mar.") ==
        Language::spanish);
}

TEST_CASE("Words are found in each language's other forms, whatever the query's is") {
  TemporaryCache cache;
  cache.open();
  store(cache, "de", "Die Häuser der Stadt sind alt, und in den Kirchen ist es kalt.", "de");
  store(cache, "fr", "Les maisons de la ville sont vieilles et les églises sont froides.", "fr");
  store(cache, "es", "Las casas de la ciudad son viejas y las iglesias están frías.", "es");
  store(cache, "it", "Le case della città sono vecchie e le chiese sono fredde di notte.", "it");
  store(cache, "ru", "Дома в городе старые, а в церквях холодно и не топят, но это не беда.", "ru");
  store(cache, "en", "The houses of the town are old, and the churches are cold.", "en");
  CHECK(urls_for(cache, "Haus Kirche") == Urls{"de"});
  CHECK(urls_for(cache, "maison") == Urls{"fr"});
  CHECK(urls_for(cache, "iglesia") == Urls{"es"});
  CHECK(urls_for(cache, "chiesa") == Urls{"it"});
  CHECK(urls_for(cache, "старый дом") == Urls{"ru"});
  CHECK(urls_for(cache, "church") == Urls{"en"});
}

TEST_CASE("Words are taken apart as they are written, ideographs one by one") {
  CHECK(sequence("The Falcons' NESTS, 3月") == "\nthe\nfalcons\nnests\n3\n月\n");
  CHECK(sequence("猎鹰abc") == "\n猎\n鹰\nabc\n");
  CHECK(sequence("… -- ") == "\n");
}
