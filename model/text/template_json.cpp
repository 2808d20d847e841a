#include "model/text/template_json.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <utility>

#include <boost/json.hpp>

namespace seekd::model {
namespace {

namespace json = boost::json;

constexpr std::size_t depth_max = 100;

// repr() of Python: the shortest digits that give the number back, an exponent below 1e-4 and from
// 1e16 on.
std::string python_number(double number) {
  std::array<char, 32> digits{};
  const double size = std::abs(number);
  const bool plain = size == 0 || (size >= 1e-4 && size < 1e16);
  const auto format = plain ? std::chars_format::fixed : std::chars_format::scientific;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, format).ptr;
  std::string text(digits.data(), end);
  if (plain && !text.contains('.')) text += ".0";
  return text;
}

class Writer {
 public:
  explicit Writer(JsonLayout layout) : indented_(layout == JsonLayout::indented) {}

  void write(const json::value& value, std::size_t level) {
    if (const auto* object = value.if_object()) {
      write_all('{', '}', *object, level, [&](const json::key_value_pair& member) {
        text_ += template_json_string(member.key());
        text_ += ": ";
        write(member.value(), level + 1);
      });
    } else if (const auto* array = value.if_array()) {
      write_all('[', ']', *array, level, [&](const json::value& item) { write(item, level + 1); });
    } else if (const auto* string = value.if_string()) {
      text_ += template_json_string(*string);
    } else if (const auto* number = value.if_double()) {
      text_ += python_number(*number);
    } else {
      text_ += json::serialize(value);
    }
  }

  std::string take() { return std::move(text_); }

 private:
  template <class All, class WriteOne>
  void write_all(char open, char close, const All& all, std::size_t level, WriteOne write_one) {
    text_ += open;
    std::string_view separator;
    for (const auto& one : all) {
      text_ += separator;
      new_line(level + 1);
      write_one(one);
      separator = indented_ ? "," : ", ";
    }
    if (!all.empty()) new_line(level);
    text_ += close;
  }

  void new_line(std::size_t level) {
    if (indented_) text_.append("\n").append(4 * level, ' ');
  }

  bool indented_;
  std::string text_;
};

}  // namespace

std::string template_json(const json::value& value, JsonLayout layout) {
  Writer writer(layout);
  writer.write(value, 0);
  return writer.take();
}

std::string respace_json(std::string_view text, JsonLayout layout) {
  boost::system::error_code error;
  const json::value value = json::parse(text, error, {}, {.max_depth = depth_max});
  return error ? std::string(text) : template_json(value, layout);
}

std::string template_json_string(std::string_view text) {
  constexpr std::string_view escaped = "\"\\\n\r\t\b\f";
  constexpr std::string_view letters = "\"\\nrtbf";
  std::string out = "\"";
  for (const char c : text) {
    const std::size_t known = escaped.find(c);
    if (known != std::string_view::npos) {
      out += {'\\', letters[known]};
    } else if (static_cast<unsigned char>(c) < 0x20) {
      constexpr std::string_view digits = "0123456789abcdef";
      out += {'\\', 'u', '0', '0', digits[static_cast<unsigned char>(c) >> 4U], digits[c & 0xF]};
    } else {
      out += c;
    }
  }
  return out + "\"";
}

}  // namespace seekd::model
