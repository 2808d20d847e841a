#include "model/text/gguf_pre_tokenizers.h"

#include "model/text/pre_tokenizer.h"

namespace seekd::model {
namespace {

// The cased letters of the Unicode version that deepseek-llm was trained with, as its
// tokenizer.json lists them: not \p{L&}, which has grown since.
constexpr std::string_view kCasedLetters =
    R"(A-Za-z\x{b5}\x{c0}-\x{d6}\x{d8}-\x{f6}\x{f8}-\x{1ba}\x{1bc}-\x{1bf}\x{1c4}-\x{293})"
    R"(\x{295}-\x{2af}\x{370}-\x{373}\x{376}\x{377}\x{37b}-\x{37d}\x{37f}\x{386})"
    R"(\x{388}-\x{38a}\x{38c}\x{38e}-\x{3a1}\x{3a3}-\x{3f5}\x{3f7}-\x{481}\x{48a}-\x{52f})"
    R"(\x{531}-\x{556}\x{10a0}-\x{10c5}\x{13a0}-\x{13f5}\x{13f8}-\x{13fd}\x{1c90}-\x{1cba})"
    R"(\x{1cbd}-\x{1cbf}\x{1d00}-\x{1d2b}\x{1d6b}-\x{1d77}\x{1d79}-\x{1d9a})"
    R"(\x{1e00}-\x{1f15}\x{1f18}-\x{1f1d}\x{1f20}-\x{1f45}\x{1f48}-\x{1f4d})"
    R"(\x{1f50}-\x{1f57}\x{1f59}\x{1f5b}\x{1f5d}\x{1f5f}-\x{1f7d}\x{1f80}-\x{1fb4})"
    R"(\x{1fb6}-\x{1fbc}\x{1fbe}\x{1fc2}-\x{1fc4}\x{1fc6}-\x{1fcc}\x{1fd0}-\x{1fd3})"
    R"(\x{1fd6}-\x{1fdb}\x{1fe0}-\x{1fec}\x{1ff2}-\x{1ff4}\x{1ff6}-\x{1ffc}\x{2102}\x{2107})"
    R"(\x{210a}-\x{2113}\x{2115}\x{2119}-\x{211d}\x{2124}\x{2126}\x{2128}\x{212a}-\x{212d})"
    R"(\x{212f}-\x{2134}\x{2139}\x{213c}-\x{213f}\x{2145}-\x{2149}\x{214e}\x{2183}\x{2184})"
    R"(\x{2c00}-\x{2c7b}\x{2c7e}-\x{2ce4}\x{2ceb}-\x{2cee}\x{2cf2}\x{2cf3}\x{a640}-\x{a66d})"
    R"(\x{a680}-\x{a69b}\x{a722}-\x{a76f}\x{a771}-\x{a787}\x{a78b}-\x{a78e})"
    R"(\x{ab70}-\x{abbf}\x{fb00}-\x{fb06}\x{fb13}-\x{fb17}\x{ff21}-\x{ff3a})"
    R"(\x{ff41}-\x{ff5a}\x{10400}-\x{1044f}\x{104b0}-\x{104d3}\x{104d8}-\x{104fb})"
    R"(\x{10c80}-\x{10cb2}\x{10cc0}-\x{10cf2}\x{118a0}-\x{118df}\x{1e900}-\x{1e943})";

constexpr std::string_view kQwen2 =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*)"
    R"(|\s*[\r\n]+|\s+(?!\S)|\s+)";

constexpr std::string_view kLlama3 =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*)"
    R"(|\s*[\r\n]+|\s+(?!\S)|\s+)";

constexpr std::string_view kDeepSeekV3 =
    R"([!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+)"
    R"(| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";

std::vector<std::string> deepseek_llm() {
  return {"[\\r\\n]",
          "\\s?[" + std::string(kCasedLetters) + "]+",
          R"(\s?[!-/:-~\x{ff01}-\x{ff0f}\x{ff1a}-\x{ff5e}\x{2018}-\x{201f}\x{3000}-\x{3002}]+)",
          "\\s+$",
          R"([\x{800}-\x{9fa5}\x{ac00}-\x{d7ff}]+)",
          "\\p{N}"};
}

}  // namespace

std::optional<PreTokenizerPreset> find_gguf_pre_tokenizer(std::string_view name) {
  const std::string gpt2(gpt2_pattern());
  if (name == "gpt-2") return PreTokenizerPreset{{gpt2}, {}, WholeWords::by_merging};
  if (name == "smollm") return PreTokenizerPreset{{"\\p{N}", gpt2}, {}, WholeWords::by_merging};
  if (name == "qwen2" || name == "deepseek-r1-qwen") {
    const NormalizerStep nfc{NormalizerStep::Kind::nfc, ""};
    return PreTokenizerPreset{{std::string(kQwen2)}, {nfc}, WholeWords::by_merging};
  }
  if (name == "llama-bpe") {
    return PreTokenizerPreset{{std::string(kLlama3)}, {}, WholeWords::looked_up};
  }
  if (name == "deepseek-llm") return PreTokenizerPreset{deepseek_llm(), {}, WholeWords::by_merging};
  if (name == "deepseek-v3") {
    const std::string kana_and_han = R"([\x{4e00}-\x{9fa5}\x{3040}-\x{30ff}]+)";
    return PreTokenizerPreset{
        {"\\p{N}{1,3}", kana_and_han, std::string(kDeepSeekV3)}, {}, WholeWords::by_merging};
  }
  return std::nullopt;
}

}  // namespace seekd::model
