// Tokens as a tree (WHATWG HTML §13.2.6, tree construction, with scripting off and no fragments).
// One departure: <iframe/> in <noscript> holds nothing.
//
// Not thread-safe; one page each. Parse errors are mended as the specification says and not
// reported. What a page can make it search is counted, so that the limits end it.
//
// A method that is named after an insertion mode handles one token in it; those that return a
// Handled say whether the token was theirs.
#pragma once

#include <memory_resource>
#include <string>
#include <string_view>
#include <vector>

#include "fetcher/extract/html/dom.h"
#include "fetcher/extract/html/formatting_list.h"
#include "fetcher/extract/html/open_elements.h"
#include "fetcher/extract/html/tokenizer.h"

namespace seekd::fetcher {

class TreeBuilder {
 public:
  // `html` has no carriage returns. It and `memory` outlive the tree.
  TreeBuilder(std::string_view html, std::pmr::memory_resource& memory);

  // Called once. Errors: too_large.
  Result<const Dom*> build();

  // Of an element of the tree.
  std::string_view name_of(const DomNode& node) const { return tokenizer_.name_of(node.name); }

 private:
  // §13.2.4.1; what stands before the next token.
  enum class Mode : std::uint8_t {
    initial,               // nothing
    before_html,           // a doctype
    before_head,           // <html>
    in_head,               // <head>
    in_head_noscript,      // <head><noscript>
    after_head,            // </head>
    in_body,               // <body>
    text,                  // the start tag of raw text
    in_table,              // <table>
    in_table_text,         // characters in a table
    in_caption,            // <caption>
    in_column_group,       // <colgroup>
    in_table_body,         // <tbody>
    in_row,                // <tr>
    in_cell,               // <td>
    in_select,             // <select>
    in_select_in_table,    // the same, in a table
    in_template,           // <template>
    after_body,            // </body>
    in_frameset,           // <frameset>
    after_frameset,        // </frameset>
    after_after_body,      // </html>
    after_after_frameset,  // the same, of a frameset
  };
  enum class Handled : bool { no, yes };
  enum class Quirks : bool { no, yes };
  enum class Fostering : bool { off, on };
  enum class Frameset : bool { ok, not_ok };  // may <frameset> still take the place of <body>?

  // Dispatch.
  void process(Token& token);
  void process_in_mode(Token& token);
  void process_late_mode(Token& token);
  void reprocess(Mode mode, Token& token);
  bool is_foreign(const Token& token) const;

  // Insertion.
  DomPlace place_for_node() const;
  DomPlace place_in(NodeId target) const;
  NodeId insert_element(const Token& token, Namespace space = Namespace::html);
  NodeId insert_named(HtmlTag tag);
  void insert_void(const Token& token);
  void insert_comment(const Token& token, NodeId parent);
  void insert_comment(const Token& token);
  void insert_text(std::string_view text);
  void insert_raw(const Token& token, TextModel model);
  std::string_view without_nulls(std::string_view text) const;
  std::string_view only_space(std::string_view text) const;
  // The white space that the text begins with, which is taken from it.
  static std::string_view take_space(Token& token);

  // Elements.
  void close(HtmlTag tag);
  void close_paragraph();
  void close_cell();
  void reconstruct_formatting();
  void reset_mode();
  bool in_template() const { return open_.has(HtmlTag::template_); }

  // Modes before the body.
  void initial(Token& token);
  void before_html(Token& token);
  void before_head(Token& token);
  void in_head(Token& token);
  Handled in_head_start(Token& token);
  void in_head_noscript(Token& token);
  void after_head(Token& token);
  void begin_template(const Token& token);
  void end_template();

  // The body.
  void in_body(Token& token);
  void in_body_text(const Token& token);
  void in_body_start(Token& token);
  Handled start_structure(Token& token);
  Handled start_block(Token& token);
  Handled start_inline(Token& token);
  Handled start_replaced(Token& token);
  Handled start_raw(Token& token);
  bool is_unread_frame(const Token& token) const;
  void start_item(const Token& token);
  void start_frameset(const Token& token);
  void start_form(const Token& token);
  void start_select(const Token& token);
  void start_foreign(const Token& token, Namespace space);
  void in_body_end(Token& token);
  Handled end_structure(Token& token);
  Handled end_block(Token& token);
  void end_form();
  void end_any(NameId name);
  void end_of_page(Token& token);
  void text(Token& token);

  // §13.2.6.4.7, the adoption agency algorithm.
  void adopt(NameId subject);
  bool adopt_once(NameId subject);
  NodeId adopt_between(std::size_t formatting, std::size_t block, std::size_t& bookmark);

  // Tables.
  void in_table(Token& token);
  Handled in_table_start(Token& token);
  void in_table_text(Token& token);
  void flush_table_text();
  void foster(Token& token);
  void in_caption(Token& token);
  void in_column_group(Token& token);
  void in_table_body(Token& token);
  void in_row(Token& token);
  void in_cell(Token& token);
  void clear_to(const TagSet& context);

  // What is left.
  void in_select(Token& token);
  void in_select_start(Token& token);
  void in_select_in_table(Token& token);
  void in_template_contents(Token& token);
  void after_body(Token& token);
  void in_frameset(Token& token);
  void after_frameset(Token& token);
  void after_after_body(Token& token);
  void after_after_frameset(Token& token);
  void in_foreign(Token& token);
  void end_foreign(Token& token);

  std::pmr::memory_resource& memory_;
  ParseLimits limits_;
  Tokenizer tokenizer_;
  Dom dom_;
  OpenElements open_;
  FormattingList formatting_;

  Mode mode_ = Mode::initial;
  Mode original_mode_ = Mode::initial;  // to go back to, from text
  std::vector<Mode> template_modes_;
  NodeId head_ = no_node;
  NodeId form_ = no_node;
  Quirks quirks_ = Quirks::no;
  Fostering fostering_ = Fostering::off;
  Frameset frameset_ = Frameset::ok;
  bool skip_line_feed_ = false;  // the next character, where it is one
  bool done_ = false;
  std::vector<std::string_view> table_text_;
};

}  // namespace seekd::fetcher
