#include "fetcher/extract/pdf_warm_up.h"

#include <string_view>

#include <fmt/format.h>

namespace seekd::fetcher {
namespace {

struct WarmFont {
  std::string_view collection;
  std::string_view map;   // Identity-H needs no file
  std::string_view code;  // a character of the map, hexadecimal
};

// poppler keeps the tables of four collections, which is all there are, and four character maps:
// the newest Chinese and Japanese ones that programs name without embedding a font.
constexpr WarmFont fonts[] = {
    {"Korea1", "Identity-H", "0801"},  {"Japan1", "UniJIS-UCS2-H", "65E5"},
    {"CNS1", "UniCNS-UCS2-H", "4E2D"}, {"GB1", "GBK-EUC-H", "D6D0"},
    {"GB1", "UniGB-UCS2-H", "4E2D"},
};

}  // namespace

std::string warm_up_pdf() {
  // Without a table of its objects: poppler finds them by their names.
  std::string pdf =
      "%PDF-1.4\n1 0 obj <</Type /Catalog /Pages 2 0 R>> endobj\n"
      "2 0 obj <</Type /Pages /Kids [3 0 R] /Count 1>> endobj\n";
  std::string resources;
  std::string content = "BT\n";
  int number = 5;
  for (const WarmFont& font : fonts) {
    resources += fmt::format("/F{0} {0} 0 R ", number);
    content +=
        fmt::format("/F{0} 12 Tf 1 0 0 1 50 {1} Tm <{2}> Tj\n", number, number * 50, font.code);
    pdf += fmt::format(
        "{0} 0 obj <</Type /Font /Subtype /Type0 /BaseFont /F{0} /Encoding /{1} /DescendantFonts "
        "[<</Type /Font /Subtype /CIDFontType0 /BaseFont /F{0} /CIDSystemInfo <</Registry (Adobe) "
        "/Ordering ({2}) /Supplement 0>> /FontDescriptor <</Type /FontDescriptor /FontName /F{0} "
        "/Flags 4>> >>]>> endobj\n",
        number, font.map, font.collection);
    ++number;
  }
  content += "ET";
  pdf += fmt::format(
      "3 0 obj <</Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources "
      "<</Font <<{}>> >> >> endobj\n4 0 obj <</Length {}>> stream\n{}\nendstream endobj\n"
      "trailer <</Root 1 0 R>>\n",
      resources, content.size(), content);
  return pdf;
}

}  // namespace seekd::fetcher
