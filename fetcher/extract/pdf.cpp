#include "fetcher/extract/pdf.h"

#include <algorithm>
#include <limits>
#include <memory>

#include <poppler-document.h>
#include <poppler-global.h>
#include <poppler-page.h>

#include "fetcher/extract/html_fragment.h"
#include "fetcher/extract/mentioned_links.h"
#include "fetcher/extract/pdf_layout.h"
#include "fetcher/extract/pdf_warm_up.h"
#include "policy/page_text_guard.h"

namespace seekd::fetcher {
namespace {

constexpr double word_gap_min = 0.3;  // in heights of a line, where poppler tells of no blank

using OpenPdf = std::unique_ptr<poppler::document>;

OpenPdf open_pdf(std::string_view bytes) {
  poppler::set_debug_error_function([](const std::string&, void*) {}, nullptr);
  if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) return nullptr;
  return OpenPdf(
      poppler::document::load_from_raw_data(bytes.data(), static_cast<int>(bytes.size())));
}

std::string utf8(const poppler::ustring& text) {
  const poppler::byte_array bytes = text.to_utf8();
  return policy::visible_text({bytes.data(), bytes.size()});
}

// Words of one line overlap in height, and go on to the right.
bool is_on_line(const PdfLine& line, const poppler::rectf& box) {
  const double middle = box.y() + box.height() / 2;
  return middle > line.top && middle < line.top + line.height &&
         box.x() >= line.right - line.height;
}

class LineReader {
 public:
  void add(const poppler::text_box& word) {
    const std::string text = utf8(word.text());
    if (text.empty()) return;
    const poppler::rectf box = word.bbox();
    if (page_.empty() || !is_on_line(page_.back(), box)) {
      page_.push_back({"", box.left(), box.right(), box.top(), box.height(), 0});
    } else if (space_ || box.left() - page_.back().right > word_gap_min * box.height()) {
      page_.back().text += ' ';
    }
    PdfLine& line = page_.back();
    line.text += text;
    line.right = box.right();
    line.font_size = std::max(line.font_size, word.get_font_size());
    space_ = word.has_space_after();
  }

  PdfPage take() { return std::move(page_); }

 private:
  PdfPage page_;
  bool space_ = false;
};

std::vector<PdfPage> read_pages(const poppler::document& pdf) {
  std::vector<PdfPage> pages;
  std::size_t words = 0;
  const int count = std::min(pdf.pages(), pdf_pages_max);
  for (int number = 0; number < count && words < pdf_words_max; ++number) {
    const std::unique_ptr<poppler::page> page(pdf.create_page(number));
    if (!page) continue;
    LineReader reader;
    for (const poppler::text_box& word : page->text_list(poppler::page::text_list_include_font)) {
      reader.add(word);
      ++words;
    }
    pages.push_back(reader.take());
  }
  return pages;
}

}  // namespace

Result<Document> read_pdf(std::string_view bytes) {
  const OpenPdf pdf = open_pdf(bytes);
  if (!pdf) return fail(ErrorCode::invalid_argument, "PDF: it cannot be read");
  if (pdf->is_locked()) return fail(ErrorCode::invalid_argument, "PDF: it is locked by a password");
  Document document;
  document.blocks = pdf_blocks(read_pages(*pdf));
  if (document.blocks.empty()) {
    return fail(ErrorCode::unsupported, "PDF: it has no text, only pictures of it");
  }
  document.links = mentioned_links(document.blocks);
  document.metadata.title = one_line(utf8(pdf->get_title()));
  document.metadata.author = one_line(utf8(pdf->get_author()));
  const auto heading = std::ranges::find(document.blocks, BlockKind::heading, &Block::kind);
  if (document.metadata.title.empty() && heading != document.blocks.end()) {
    document.metadata.title = heading->text;
  }
  return document;
}

std::shared_ptr<const void> warm_pdf() {
  struct Kept {
    std::string bytes = warm_up_pdf();  // which poppler goes on to refer to
    OpenPdf pdf = open_pdf(bytes);
  };
  auto kept = std::make_shared<Kept>();
  if (kept->pdf == nullptr || read_pages(*kept->pdf).empty()) return nullptr;
  return kept;
}

}  // namespace seekd::fetcher
