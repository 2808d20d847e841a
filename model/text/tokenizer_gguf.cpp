#include "model/text/tokenizer_gguf.h"

#include <algorithm>
#include <utility>

#include "model/text/byte_level.h"
#include "model/text/gguf_pre_tokenizers.h"

namespace seekd::model {
namespace {

// tokenizer.ggml.token_type
constexpr std::int64_t kNormal = 1;
constexpr std::int64_t kControl = 3;
constexpr std::int64_t kUserDefined = 4;

std::unexpected<Error> refuse(ErrorCode code, const GgufFile& gguf, std::string_view what) {
  return fail(code, gguf.file().path().string() + ": tokenizer.ggml." + std::string(what));
}

std::string entry_bytes(std::string_view entry) {
  return from_byte_level(entry).value_or(std::string(entry));
}

Status read_pre_tokenizer(const GgufFile& gguf, TokenizerData& data) {
  const auto model = gguf.find_text("tokenizer.ggml.model");
  if (!model) return std::unexpected(model.error());
  const std::string_view kind = model->value_or("");
  if (kind != "gpt2") {
    return refuse(
        ErrorCode::unsupported, gguf,
        "model '" + std::string(kind.substr(0, 40)) + "'; gpt2 (byte-level BPE) is served");
  }
  const auto name = gguf.find_text("tokenizer.ggml.pre");
  if (!name) return std::unexpected(name.error());
  auto preset = find_gguf_pre_tokenizer(name->value_or(""));
  if (!preset) {
    return refuse(ErrorCode::unsupported, gguf,
                  "pre '" + std::string(name->value_or("").substr(0, 40)) + "' is not served");
  }
  data.patterns = std::move(preset->patterns);
  data.normalizer = std::move(preset->normalizer);
  data.whole_words = preset->whole_words;
  return {};
}

Status read_tokens(const GgufFile& gguf, TokenizerData& data) {
  const auto entries = gguf.find_texts("tokenizer.ggml.tokens");
  if (!entries) return std::unexpected(entries.error());
  const auto types = gguf.find_integers("tokenizer.ggml.token_type");
  if (!types) return std::unexpected(types.error());
  if (!*entries || !*types || (*entries)->size() != (*types)->size()) {
    return refuse(ErrorCode::corrupt, gguf, "tokens and token_type are not of one length");
  }
  data.tokens.reserve((*entries)->size());
  for (std::size_t id = 0; id < (*entries)->size(); ++id) {
    const std::string& entry = (**entries)[id];
    const std::int64_t type = (**types)[id];
    data.tokens.push_back(type == kNormal ? entry_bytes(entry) : entry);
    if (type == kControl || type == kUserDefined) {
      data.added.push_back(
          {static_cast<TokenId>(id), entry, kind_of_added(entry, type == kControl)});
    }
  }
  return {};
}

Status read_merges(const GgufFile& gguf, TokenizerData& data) {
  const auto merges = gguf.find_texts("tokenizer.ggml.merges");
  if (!merges) return std::unexpected(merges.error());
  if (!*merges) return refuse(ErrorCode::corrupt, gguf, "merges are missing");
  data.merges.reserve((*merges)->size());
  for (const std::string& merge : **merges) {
    const std::size_t space = merge.find(' ');
    if (space == 0 || space == std::string::npos || space + 1 == merge.size()) {
      return refuse(ErrorCode::corrupt, gguf, "merges holds one that is no pair");
    }
    const std::string_view text = merge;
    data.merges.push_back(
        {entry_bytes(text.substr(0, space)), entry_bytes(text.substr(space + 1))});
  }
  return {};
}

Result<std::optional<TokenId>> find_id(const GgufFile& gguf, std::string_view key,
                                       const TokenizerData& data) {
  const auto id = gguf.find_count("tokenizer.ggml." + std::string(key));
  if (!id) return std::unexpected(id.error());
  if (!*id) return std::nullopt;
  if (**id >= data.tokens.size()) {
    return refuse(ErrorCode::corrupt, gguf, std::string(key) + " is outside the vocabulary");
  }
  return static_cast<TokenId>(**id);
}

Status read_ends(const GgufFile& gguf, TokenizerData& data) {
  const auto bos = find_id(gguf, "bos_token_id", data);
  if (!bos) return std::unexpected(bos.error());
  data.bos = *bos;
  for (const std::string_view key : {"eos_token_id", "eot_token_id"}) {
    const auto id = find_id(gguf, key, data);
    if (!id) return std::unexpected(id.error());
    if (*id) data.eos.push_back(**id);
  }
  const auto chat_template = gguf.find_text("tokenizer.chat_template");
  if (!chat_template) return std::unexpected(chat_template.error());
  data.chat_template = chat_template->value_or("");
  return {};
}

}  // namespace

Result<TokenizerData> read_gguf_tokenizer(const GgufFile& gguf) {
  TokenizerData data;
  Status read = read_pre_tokenizer(gguf, data);
  if (read) read = read_tokens(gguf, data);
  if (read) read = read_merges(gguf, data);
  if (read) read = read_ends(gguf, data);
  if (!read) return std::unexpected(read.error());
  return data;
}

}  // namespace seekd::model
