// PDF by poppler, and what is made of its lines.
#include "fetcher/extract/pdf.h"

#include <catch2/catch.hpp>

#include "fetcher/extract/pdf_layout.h"
#include "fetcher/extract/pdf_warm_up.h"

using namespace seekd;
using fetcher::pdf_blocks;
using fetcher::PdfLine;
using fetcher::PdfPage;
using fetcher::read_pdf;

namespace {

PdfLine line(std::string text, double top, double size = 10, double left = 50) {
  return {std::move(text), left, left + 400, top, size, size};
}

std::vector<Block> blocks_of(PdfPage page) {
  return pdf_blocks(std::vector<PdfPage>{std::move(page)});
}

// A page that shows `text` in Helvetica, as the operators of its content say.
std::string pdf(const std::string& content) {
  return "%PDF-1.4\n1 0 obj <</Type /Catalog /Pages 2 0 R>> endobj\n"
         "2 0 obj <</Type /Pages /Kids [3 0 R] /Count 1>> endobj\n"
         "3 0 obj <</Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources "
         "<</Font <</F 5 0 R>> >> >> endobj\n4 0 obj <</Length " +
         std::to_string(content.size()) + ">> stream\n" + content +
         "\nendstream endobj\n5 0 obj <</Type /Font /Subtype /Type1 /BaseFont /Helvetica>> endobj\n"
         "6 0 obj <</Title (A title) /Author (Someone)>> endobj\n"
         "trailer <</Root 1 0 R /Info 6 0 R>>\n";
}

}  // namespace

TEST_CASE("a PDF's text, title and author are read", "[extract][pdf]") {
  const auto document = read_pdf(
      pdf("BT /F 12 Tf 50 700 Td (Kestrel was released, see https://example.org/kestrel) Tj ET"));
  REQUIRE(document);
  CHECK(document->metadata.title == "A title");
  CHECK(document->metadata.author == "Someone");
  REQUIRE(document->blocks.size() == 1);
  CHECK(document->blocks[0].text == "Kestrel was released, see https://example.org/kestrel");
  CHECK(document->links == std::vector<Link>{{"https://example.org/kestrel", ""}});
}

TEST_CASE("what is no PDF, cut short, or without text, is an error", "[extract][pdf]") {
  CHECK(read_pdf("").error().code == ErrorCode::invalid_argument);
  CHECK(read_pdf("%PDF-1.7 lies").error().code == ErrorCode::invalid_argument);
  CHECK(read_pdf(pdf("0 0 100 100 re f")).error().code == ErrorCode::unsupported);
  const std::string whole = pdf("BT /F 12 Tf 50 700 Td (text) Tj ET");
  for (std::size_t size = 0; size < whole.size(); size += 7) {
    const auto document = read_pdf(whole.substr(0, size));
    CHECK((document || !document.error().message.empty()));
  }
}

TEST_CASE("the PDF that warms poppler up shows each collection's character", "[extract][pdf]") {
  const auto document = read_pdf(fetcher::warm_up_pdf());
  REQUIRE(document);
  const std::string text = snapshot_text(document->blocks);
  for (const char* character : {"中", "日"}) CHECK(text.find(character) != std::string::npos);
}

TEST_CASE("lines that stand close are a paragraph, a gap ends it", "[extract][pdf]") {
  CHECK(
      blocks_of({line("one", 100), line("two", 112), line("three", 140)}) ==
      std::vector<Block>{{BlockKind::paragraph, 0, "one two"}, {BlockKind::paragraph, 0, "three"}});
}

TEST_CASE("larger lines are headings, the largest of the first level", "[extract][pdf]") {
  CHECK(blocks_of({line("Title", 50, 20), line("Part", 80, 14),
                   line("a text that is most of the page", 100)}) ==
        std::vector<Block>{{BlockKind::heading, 1, "Title"},
                           {BlockKind::heading, 2, "Part"},
                           {BlockKind::paragraph, 0, "a text that is most of the page"}});
}

TEST_CASE("divided words are one, and Chinese lines join without a blank", "[extract][pdf]") {
  CHECK(blocks_of({line("a divi-", 100), line("ded word", 112)})[0].text == "a divided word");
  CHECK(blocks_of({line("第一行", 100), line("第二行", 112)})[0].text == "第一行第二行");
  CHECK(blocks_of({line("用 shell", 100), line("执行", 112)})[0].text == "用 shell 执行");
}

TEST_CASE("bullets begin list items, whose text may hang", "[extract][pdf]") {
  CHECK(blocks_of({line("• one", 100), line("more of it", 112, 10, 70), line("– two", 124)}) ==
        std::vector<Block>{{BlockKind::list_item, 1, "one more of it"},
                           {BlockKind::list_item, 1, "two"}});
}

TEST_CASE("an indented line begins a paragraph", "[extract][pdf]") {
  CHECK(blocks_of({line("one ends.", 100), line("two begins", 112, 10, 70)}).size() == 2);
}

TEST_CASE("a sentence goes on over the page's end, an ended one does not", "[extract][pdf]") {
  CHECK(pdf_blocks(std::vector<PdfPage>{
            {line("it goes", 700)}, {line("on here.", 50)}, {line("New.", 50)}}) ==
        std::vector<Block>{{BlockKind::paragraph, 0, "it goes on here."},
                           {BlockKind::paragraph, 0, "New."}});
}

TEST_CASE("what most pages begin or end with is left out, numbers apart", "[extract][pdf]") {
  std::vector<PdfPage> pages;
  for (int i = 1; i <= 4; ++i) {
    const std::string number = std::to_string(i);
    const std::string word(static_cast<std::size_t>(i), 'x');
    pages.push_back({line("Manual " + number + " / 4", 20), line("Text " + word + ".", 100),
                     line(number, 780)});
  }
  const auto blocks = pdf_blocks(pages);
  REQUIRE(blocks.size() == 4);
  CHECK(blocks[0].text == "Text x.");
}

TEST_CASE("the dots of a table of contents are one sign", "[extract][pdf]") {
  CHECK(blocks_of({line("1.5 Commands . . . . . . . 23", 100)})[0].text == "1.5 Commands … 23");
  CHECK(blocks_of({line("wait... what?", 100)})[0].text == "wait... what?");
}
