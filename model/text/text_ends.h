// The special tokens about a text, as a tokenizer.json's post-processor writes them.
//
// Pure; any thread.

#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include <boost/json.hpp>

namespace seekd::model {

struct TextEndNames {
  std::string_view begin;      // "[CLS]", "<s>"
  std::string_view end;        // "[SEP]", "</s>"
  std::size_t separators = 1;  // between a pair
};

// nullopt where it is another than one token before and one behind (TemplateProcessing,
// BertProcessing, RobertaProcessing). Good as long as `root`.
std::optional<TextEndNames> read_text_ends(const boost::json::object& root);

}  // namespace seekd::model
