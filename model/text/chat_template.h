// ChatTemplate: messages into the prompt that a model was trained on, without a Jinja interpreter.
//
// The template that a model brings along is recognised by its marks and rendered natively. A
// rendered prompt keeps apart what the template wrote and what others wrote: only the former can
// become special tokens, so that the text of a page never ends a turn. Immutable; any thread.

#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/model.h"
#include "model/text/tokenizer.h"
#include "policy/result.h"

namespace seekd::model {

enum class SegmentOrigin : std::uint8_t {
  template_text,  // special tokens on
  content,        // special tokens off
};

struct Segment {
  SegmentOrigin origin = SegmentOrigin::content;
  std::string text;
};

class ChatTemplate {
 public:
  // Errors: unsupported (no template, or one that is not among the served; names those).
  static Result<ChatTemplate> recognise(const Tokenizer& tokenizer);

  // The prompt up to where the assistant's turn begins. REQUIRES: messages is not empty.
  std::vector<Segment> render(std::span<const Message> messages) const;

  // The ids of render(), BOS included where the template writes one: nothing is to be added. Equal
  // to what `transformers` gives for messages that hold no special token's name.
  std::vector<TokenId> encode(const Tokenizer& tokenizer, std::span<const Message> messages) const;

  // The prompt ends with "<think>": the output begins inside the reasoning.
  bool starts_thinking() const { return starts_thinking_; }

  enum class Family : std::uint8_t {
    chatml,        // SmolLM2, Qwen2: <|im_start|>role … <|im_end|>
    llama3,        // <|start_header_id|>role<|end_header_id|> … <|eot_id|>
    deepseek_v3,   // V3, R1, R1-Distill: <｜User｜> … <｜Assistant｜>
    deepseek_llm,  // deepseek-llm, V2: "User: … Assistant:"
  };
  Family family() const { return family_; }

 private:
  ChatTemplate() = default;

  void render_chatml(std::span<const Message> messages, std::vector<Segment>& prompt) const;
  void render_llama3(std::span<const Message> messages, std::vector<Segment>& prompt) const;
  void render_deepseek_v3(std::span<const Message> messages, std::vector<Segment>& prompt) const;
  void render_deepseek_llm(std::span<const Message> messages, std::vector<Segment>& prompt) const;

  Family family_ = Family::chatml;
  std::string bos_;  // the names of the tokens, as the template writes them
  std::string eos_;
  std::string default_system_;  // chatml: the system message where the messages bring none; empty:
                                // no system turn then
  bool joins_system_ = false;   // deepseek_v3: all system messages count, not the last alone
  bool forgets_thinking_ =
      false;  // of an earlier answer only what follows the last </think> is written
  bool starts_thinking_ = false;
};

}  // namespace seekd::model
