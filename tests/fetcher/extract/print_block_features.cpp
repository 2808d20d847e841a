// What scripts/train-extraction learns from: the blocks of pages and their features, as the
// extractor computes them.
//
// usage: print-block-features FEATURES < LIST
// LIST holds "path of an HTML file<tab>its URL" a line. Standard output gets a JSON object per
// page: the blocks' texts, which of them are readers' comments, whether the page is an article or a
// discussion, and, for the first page with blocks, the features' names. FEATURES gets a row of
// float32 per block.

#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include <boost/json.hpp>

#include "fetcher/extract/block_features.h"
#include "fetcher/extract/charset.h"
#include "fetcher/extract/links.h"
#include "fetcher/extract/page_features.h"

using namespace seekd::fetcher;  // NOLINT(google-build-using-namespace)
namespace json = boost::json;

namespace {

void write_rows(const FeatureTable& table, std::ostream& out) {
  for (std::size_t row = 0; row < table.rows(); ++row) {
    for (std::size_t feature = 0; feature < table.names().size(); ++feature) {
      const float value = table.column(feature)[row];
      out.write(reinterpret_cast<const char*>(&value), sizeof value);
    }
  }
}

json::object describe(const PageText& page) {
  json::array texts;
  json::array kinds;
  json::array levels;
  json::array comments;
  json::array consent;
  for (const TextBlock& b : page.blocks) {
    texts.emplace_back(b.block.text);
    kinds.emplace_back(seekd::to_string(b.block.kind));
    levels.emplace_back(b.block.level);
    comments.emplace_back(page.paths[b.node].comments != 0);
    consent.emplace_back(page.paths[b.node].consent);
  }
  return {{"blocks", std::move(texts)},
          {"kinds", std::move(kinds)},
          {"levels", std::move(levels)},
          {"comments", std::move(comments)},
          {"consent", std::move(consent)}};
}

bool print_page(const std::string& path, const std::string& address, bool& named,
                std::ostream& rows) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  const auto tree = HtmlTree::parse(decode(bytes, detect_charset(bytes, "", DeclaredIn::html)));
  if (!file || !tree) return false;
  std::optional<seekd::policy::Url> url;
  if (const auto parsed = seekd::policy::parse_url(address)) url = *parsed;
  const PageClaims claims = read_claims(*tree, base_url(*tree, url));
  const auto blocks = read_blocks(*tree);
  const PageText page(*tree, blocks);
  const FeatureTable table = BlockFeatures(page, claims, url).table({0, page.size()});
  write_rows(table, rows);
  json::object line = describe(page);
  line["article"] = is_article(claims);
  line["discussion"] = is_discussion(claims, url);
  if (!named && page.size() > 0) {
    line["names"] = json::value_from(table.names());
    named = true;
  }
  std::cout << json::serialize(line) << '\n';
  return true;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::cerr << "usage: print-block-features FEATURES < LIST\n";
    return 2;
  }
  std::ofstream rows(arguments[1], std::ios::binary);
  bool named = false;
  for (std::string line; std::getline(std::cin, line);) {
    const std::size_t tab = line.find('\t');
    const std::string path = line.substr(0, tab);
    const std::string url = tab == std::string::npos ? "" : line.substr(tab + 1);
    if (!print_page(path, url, named, rows)) {
      std::cerr << "print-block-features: " << path << " cannot be read\n";
      return 1;
    }
  }
  return rows.good() ? 0 : 1;
}
