#include "model/text/chat_template.h"

#include <algorithm>
#include <optional>

namespace seekd::model {
namespace {

// What a default system message in a template cannot hold: then it is an expression and no literal.
constexpr std::string_view kExpressionMarks = "'{}+";

// Of templates that look like ChatML or Llama 3 and render differently (Qwen3, Nemotron).
constexpr std::string_view kUnservedMarks[] = {"enable_thinking", "reasoning_content",
                                               "reasoning_mode"};

// What the templates of a family write for a message, without the spaces that vary.
constexpr std::string_view kDeepSeekV3Turn = "'<｜User｜>'+message['content']}}";
constexpr std::string_view kDeepSeekV31Answer = "content.split('</think>',1)[1]";
constexpr std::string_view kDeepSeekR10528Turns[] = {
    "'<｜User｜>'+content+'<｜Assistant｜>'}}",
    "'<｜User｜>'+message['content']+'<｜Assistant｜>'}}"};
constexpr std::string_view kDeepSeekLlmTurn = "'User:'+message['content']+'\n\n'";
constexpr std::string_view kChatMlTurns[] = {"message['role']+'\n'+message['content']+'<|im_end|>'",
                                             "message.role+'\n'+message.content+'<|im_end|>'",
                                             "message['role']+'\n'+message['content']}}{%if(loop."
                                             "lastandadd_generation_prompt)ornotloop.last%}{{'<|"
                                             "im_end|>'+'\n'}}"};
constexpr std::string_view kLlama3Turn =
    "<|start_header_id|>'+message['role']+'<|end_header_id|>\n\n'+message['content']|trim+'<|eot_"
    "id|>";

constexpr std::string_view kLlama3Tools = "tools_in_user_message";

// "\n" in a Jinja literal stands as two characters or as the line feed itself.
std::string unescape_line_feeds(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escaped = text.substr(i, 2) == "\\n";
    plain.push_back(escaped ? '\n' : text[i]);
    if (escaped) ++i;
  }
  return plain;
}

// Spaces out, one kind of quotes: what templates of a family differ in.
std::string squeeze(std::string text) {
  std::erase(text, ' ');
  std::ranges::replace(text, '"', '\'');
  return text;
}

// The first literal text between `begin` and `end`; empty where there is none.
std::string find_literal(std::string_view chat_template, std::string_view begin,
                         std::string_view end) {
  while (true) {
    const std::size_t at = chat_template.find(begin);
    if (at == std::string_view::npos) return "";
    chat_template.remove_prefix(at + begin.size());
    const std::string_view literal = chat_template.substr(0, chat_template.find(end));
    if (!literal.empty() && literal.find_first_of(kExpressionMarks) == std::string_view::npos) {
      return std::string(literal);
    }
  }
}

std::unexpected<Error> unserved() {
  return fail(ErrorCode::unsupported,
              "the model's chat template is none that is served: ChatML (SmolLM2, Qwen2), Llama 3, "
              "DeepSeek V2, V3, V3.1, R1, R1-0528 and R1-Distill, deepseek-llm");
}

// Llama 3.1 writes two dates before the system message. Today's is the template's own fallback: a
// prompt does not depend on the day, and its prefix stays cached.
std::string llama_dates(std::string_view chat_template) {
  if (!chat_template.contains("Cutting Knowledge Date")) return "";
  return "Cutting Knowledge Date: December 2023\nToday Date: 26 Jul 2024\n\n";
}

}  // namespace

Result<ChatTemplate> ChatTemplate::recognise(const Tokenizer& tokenizer) {
  const auto bos = tokenizer.bos_id();
  const auto eos = tokenizer.eos_ids();
  return recognise(tokenizer.chat_template(), bos ? tokenizer.token_bytes(*bos) : "",
                   eos.empty() ? "" : tokenizer.token_bytes(eos.front()));
}

Result<ChatTemplate> ChatTemplate::recognise(std::string_view jinja, std::string_view bos,
                                             std::string_view eos) {
  if (jinja.empty()) {
    return fail(ErrorCode::unsupported,
                "the model has no chat template: use an instruct or chat model");
  }
  const std::string text = unescape_line_feeds(jinja);
  const std::string squeezed = squeeze(text);
  const auto has = [&squeezed](std::string_view mark) { return squeezed.contains(mark); };
  const auto has_one_of = [&has](const auto& marks) { return std::ranges::any_of(marks, has); };
  ChatTemplate found;
  found.bos_ = bos;
  found.eos_ = eos;
  const bool v3 = has(kDeepSeekV3Turn);
  const bool r1_0528 = !v3 && has_one_of(kDeepSeekR10528Turns) && has("is_last_user");
  if (!v3 && !r1_0528 && has_one_of(kUnservedMarks)) return unserved();
  if (v3) {
    found.family_ = has(kDeepSeekV31Answer) ? Family::deepseek_v3_1 : Family::deepseek_v3;
    found.joins_system_ = has("is_first_sp");
    found.forgets_thinking_ = has("split('</think>')");
    found.starts_thinking_ = has("<｜Assistant｜><think>\n");
    found.tool_form_ = found.family_ == Family::deepseek_v3_1 ? ToolForm::deepseek_plain
                                                              : ToolForm::deepseek_fenced;
  } else if (r1_0528) {
    found.family_ = Family::deepseek_r1_0528;
    found.tool_form_ = ToolForm::deepseek_fenced;
    found.forgets_thinking_ = has("split('</think>')");
  } else if (has_one_of(kChatMlTurns)) {
    found.family_ = Family::chatml;
    // One that knows of tools and not of these marks has another form.
    const bool other_form = has("iftools") && !has(hermes_marks[0]);
    found.tool_form_ = other_form ? ToolForm::none : ToolForm::hermes;
    found.default_system_ = find_literal(text, "<|im_start|>system\n", "<|im_end|>");
    if (!has("{{bos_token}}") && !has("{{-bos_token}}")) found.bos_.clear();
  } else if (has(kLlama3Turn)) {
    found.family_ = Family::llama3;
    if (has(kLlama3Tools)) found.tool_form_ = ToolForm::llama3;
    found.default_system_ = llama_dates(text);
  } else if (has(kDeepSeekLlmTurn)) {
    found.family_ = Family::deepseek_llm;
  } else {
    return unserved();
  }
  return found;
}

std::vector<TokenId> ChatTemplate::encode(const Tokenizer& tokenizer,
                                          std::span<const Message> messages, Thinking::Mode mode,
                                          std::span<const Tool> tools) const {
  std::vector<TokenId> ids;
  std::string text;
  const auto encode_text = [&] {
    const auto run = tokenizer.encode(text, SpecialTokens::as_text);
    ids.insert(ids.end(), run.begin(), run.end());
    text.clear();
  };
  for (const Segment& segment : render(messages, mode, tools)) {
    const auto id = segment.kind == Segment::Kind::token ? tokenizer.find(segment.text)
                                                         : std::optional<TokenId>();
    if (id) {
      encode_text();
      ids.push_back(*id);
    } else {
      // A name that this vocabulary has no token for is text, as it was in training.
      text.append(segment.text);
    }
  }
  encode_text();
  return ids;
}

std::vector<TokenId> ChatTemplate::encode_text(const Tokenizer& tokenizer,
                                               std::string_view text) const {
  std::vector<TokenId> ids = tokenizer.encode(text, SpecialTokens::parse);
  const auto bos = bos_.empty() ? std::nullopt : tokenizer.find(bos_);
  // Whoever writes a template's turns himself may write its beginning, too.
  if (bos && (ids.empty() || ids.front() != *bos)) ids.insert(ids.begin(), *bos);
  return ids;
}

}  // namespace seekd::model
