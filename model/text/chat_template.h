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
#include "model/text/call_words.h"
#include "model/text/prompt.h"
#include "model/text/tokenizer.h"
#include "policy/result.h"

namespace seekd::model {

class ChatTemplate {
 public:
  // Errors: unsupported (no template, or one that is not among the served; names those). The
  // message stands alone: the caller puts the model's path before it.
  static Result<ChatTemplate> recognise(const Tokenizer& tokenizer);

  // The same of a template's Jinja text and the names of the tokens that it calls bos_token and
  // eos_token.
  static Result<ChatTemplate> recognise(std::string_view jinja, std::string_view bos,
                                        std::string_view eos);

  // The prompt up to where the assistant writes, the tools told of in the template's own form.
  // REQUIRES: messages is not empty and does not end with the assistant's; where tool_form() is
  // none, there are no tools, no calls and no results of them.
  std::vector<Segment> render(std::span<const Message> messages,
                              Thinking::Mode mode = Thinking::Mode::as_trained,
                              std::span<const Tool> tools = {}) const;

  // The ids of render(), BOS included where the template writes one: nothing is to be added. Equal
  // to what `transformers` gives for messages that hold no special token's name.
  std::vector<TokenId> encode(const Tokenizer& tokenizer, std::span<const Message> messages,
                              Thinking::Mode mode = Thinking::Mode::as_trained,
                              std::span<const Tool> tools = {}) const;

  // The ids of a text without turns, its special tokens parsed, behind BOS where the template
  // writes one.
  std::vector<TokenId> encode_text(const Tokenizer& tokenizer, std::string_view text) const;

  // The prompt ends with "<think>": the output begins inside the reasoning. Behind a tool's result
  // the turn of DeepSeek's models goes on, and nothing begins.
  bool starts_thinking(std::span<const Message> messages,
                       Thinking::Mode mode = Thinking::Mode::as_trained) const;

  // What begins a turn may begin a thought, and the template does not begin it: the model may.
  bool leaves_thought_open(Thinking::Mode mode) const;

  // A model of this template writes thoughts, or can.
  bool thinks() const;

  // How it tells of tools, their calls and results.
  ToolForm tool_form() const { return tool_form_; }

 private:
  enum class Family : std::uint8_t {
    chatml,            // SmolLM2, Qwen2: <|im_start|>role … <|im_end|>
    llama3,            // <|start_header_id|>role<|end_header_id|> … <|eot_id|>
    deepseek_v3,       // V3, R1, R1-Distill: <｜User｜> … <｜Assistant｜>
    deepseek_r1_0528,  // the same, and a question is what opens the assistant's turn
    deepseek_v3_1,     // hybrid: <｜Assistant｜></think>, for an answer without thoughts
    deepseek_llm,      // deepseek-llm, V2: "User: … Assistant:"
  };

  ChatTemplate() = default;

  using Messages = std::span<const Message>;
  using Tools = std::span<const Tool>;

  bool goes_on(Messages messages) const;
  void render_chatml(Messages messages, Tools tools, Prompt& prompt) const;
  void render_llama3(Messages messages, Tools tools, Prompt& prompt) const;
  void render_deepseek_v3(Messages messages, Tools tools, Prompt& prompt) const;
  void render_deepseek_r1_0528(Messages messages, Tools tools, Prompt& prompt) const;
  void render_deepseek_v3_1(Messages messages, Tools tools, Prompt& prompt) const;
  void render_deepseek_llm(Messages messages, Prompt& prompt) const;
  void begin_answer(Thinking::Mode mode, Prompt& prompt) const;

  Family family_ = Family::chatml;
  ToolForm tool_form_ = ToolForm::none;
  std::string bos_;  // the names of the tokens; empty: the template writes none
  std::string eos_;
  // chatml: the system message where the messages bring none; empty: no system turn then.
  // llama3: what stands before the system message.
  std::string default_system_;
  bool joins_system_ = false;      // deepseek_v3: all system messages count, not the last alone
  bool forgets_thinking_ = false;  // an earlier answer counts from its last </think> on
  bool starts_thinking_ = false;
};

}  // namespace seekd::model
