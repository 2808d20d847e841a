#include "fetcher/extract/inline_style.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>

namespace seekd::fetcher {
namespace {

// Less than this cannot be read; more than this is off any screen.
constexpr double opacity_min = 0.05;
constexpr double font_pixels_min = 2;
constexpr double font_ems_min = 0.1;
constexpr double away_pixels = 500;
constexpr double away_ems = 50;
constexpr double away_percent = 100;
constexpr double clip_percent = 50;  // from each side

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

// CSS Syntax §4.3.7: up to six hexadecimal digits and one white space, or the character itself.
// Nothing but ASCII is of use to a property's name or keyword.
char unescape(std::string_view style, std::size_t& at) {
  std::size_t digits = 0;
  while (digits < 6 && at + digits < style.size() && is_hex(style[at + digits])) ++digits;
  if (digits == 0) return at < style.size() ? style[at++] : ' ';
  unsigned code = 0;
  std::from_chars(style.data() + at, style.data() + at + digits, code, 16);
  at += digits;
  if (at < style.size() && static_cast<unsigned char>(style[at]) <= ' ') ++at;
  return code < 0x80 ? static_cast<char>(code) : '?';
}

// Without comments and escapes, in lower case; white space between two words stays as one blank.
std::string plain_css(std::string_view style) {
  constexpr std::string_view separators = ":;(),";
  std::string text;
  bool blank = false;
  for (std::size_t at = 0; at < style.size();) {
    if (style.substr(at).starts_with("/*")) {
      at = std::min(style.find("*/", at + 2), style.size() - 2) + 2;
      continue;
    }
    char c = style[at++];
    if (c == '\\') c = unescape(style, at);
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
    if (static_cast<unsigned char>(c) <= ' ') {
      blank = !text.empty();
      continue;
    }
    if (blank && !separators.contains(c) && !separators.contains(text.back())) text += ' ';
    blank = false;
    text += c;
  }
  return text;
}

struct Length {
  double number = 0;
  std::string_view unit;  // "px", "%", …; "" for none
};

// The number that the value begins with.
std::optional<Length> read_length(std::string_view value) {
  if (value.starts_with('+')) value.remove_prefix(1);
  double number = 0;
  const auto [end, error] =
      std::from_chars(value.data(), value.data() + value.size(), number, std::chars_format::fixed);
  if (error != std::errc{}) return std::nullopt;
  value.remove_prefix(static_cast<std::size_t>(end - value.data()));
  return Length{number, value.substr(0, value.find_first_of(" ,)!"))};
}

bool is_zero(std::string_view value) {
  const auto length = read_length(value);
  return length && length->number == 0;
}

// Is the distance, whatever its direction, longer than a screen?
bool is_away(std::string_view value) {
  const auto length = read_length(value);
  if (!length || length->number >= 0) return false;
  const double distance = -length->number;
  if (length->unit == "%" || length->unit == "vw" || length->unit == "vh")
    return distance >= away_percent;
  return distance >= (length->unit == "em" || length->unit == "rem" ? away_ems : away_pixels);
}

bool is_tiny_font(std::string_view value) {
  const auto length = read_length(value);
  if (!length) return false;
  if (length->unit == "px" || length->unit == "pt") return length->number < font_pixels_min;
  return length->number < (length->unit == "%" ? 100 * font_ems_min : font_ems_min);
}

bool is_transparent(std::string_view value) {
  const auto length = read_length(value);
  return length && length->number < (length->unit == "%" ? 100 * opacity_min : opacity_min);
}

// "rect(0,0,0,0)", "rect(1px 1px 1px 1px)": nothing of it is a pixel wide.
bool clips_all(std::string_view value) {
  if (!value.starts_with("rect(")) return false;
  value.remove_prefix(5);
  for (int sides = 0; sides < 4; ++sides) {
    const auto side = read_length(value);
    if (!side || side->number > 1) return false;
    value.remove_prefix(std::min(value.find_first_of(" ,"), value.size() - 1) + 1);
  }
  return true;
}

bool clip_path_hides(std::string_view value) {
  if (value.starts_with("circle(")) return is_zero(value.substr(7));
  if (!value.starts_with("inset(")) return false;
  const auto inset = read_length(value.substr(6));
  return inset && inset->unit == "%" && inset->number >= clip_percent;
}

bool transform_hides(std::string_view value) {
  for (const std::string_view scale : {"scale(", "scalex(", "scaley(", "scale3d("}) {
    const std::size_t at = value.find(scale);
    if (at != value.npos && is_zero(value.substr(at + scale.size()))) return true;
  }
  for (const std::string_view move : {"translate(", "translatex(", "translatey(", "translate3d("}) {
    const std::size_t at = value.find(move);
    const auto length =
        at == value.npos ? std::nullopt : read_length(value.substr(at + move.size()));
    // A share of its own size moves a slide or a menu, which scripts move back.
    if (length && length->unit != "%" && is_away(value.substr(at + move.size()))) return true;
  }
  return false;
}

// One spelling for what is mostly written: "#fff" as "#ffffff", "white" likewise.
std::string colour_of(std::string_view value) {
  value = value.substr(0, value.find('!'));
  if (value == "white" || value == "rgb(255,255,255)") return "#ffffff";
  if (value == "black" || value == "rgb(0,0,0)") return "#000000";
  if (value.size() != 4 || value[0] != '#') return std::string(value);
  std::string colour = "#";
  for (const char c : value.substr(1)) colour.append(2, c);
  return colour;
}

// What the declarations of one style say together.
class Style {
 public:
  void read(std::string_view property, std::string_view value) {
    hides_ = hides_ || hides(property, value);
    transparent_ = transparent_ || (property == "opacity" && is_transparent(value));
    if (property == "position")
      positioned_ = value.starts_with("absolute") || value.starts_with("fixed");
    if (property == "left" || property == "right" || property == "top" || property == "bottom")
      away_ = away_ || is_away(value);
    if (property == "color") colour_ = colour_of(value);
    if (property == "background-color" || property == "background") background_ = colour_of(value);
    if (property.ends_with("background-clip")) text_shows_background_ = value.starts_with("text");
  }

  StyleEffect effect() const {
    const bool unread = !colour_.empty() && (colour_ == "transparent" || colour_ == background_);
    if (hides_ || (positioned_ && away_) || (unread && !text_shows_background_))
      return StyleEffect::hidden;
    return transparent_ ? StyleEffect::transparent : StyleEffect::shown;
  }

 private:
  static bool hides(std::string_view property, std::string_view value) {
    if (property == "display") return value.starts_with("none");
    if (property == "visibility")
      return value.starts_with("hidden") || value.starts_with("collapse");
    if (property == "content-visibility") return value.starts_with("hidden");
    if (property == "filter") {
      return value.starts_with("opacity(") && is_transparent(value.substr(8));
    }
    if (property == "font-size") return is_tiny_font(value);
    if (property == "font" || property == "zoom") return is_zero(value);
    if (property == "text-indent" || property == "margin-left") return is_away(value);
    if (property == "clip") return clips_all(value);
    if (property == "clip-path") return clip_path_hides(value);
    if (property == "transform") return transform_hides(value);
    constexpr auto sizes =
        std::to_array<std::string_view>({"height", "max-height", "max-width", "width"});
    return std::ranges::find(sizes, property) != sizes.end() && is_zero(value);
  }

  bool hides_ = false;
  bool transparent_ = false;
  bool positioned_ = false;
  bool away_ = false;
  bool text_shows_background_ = false;  // "gradient text": transparent, and read
  std::string colour_;
  std::string background_;
};

}  // namespace

StyleEffect style_effect(std::string_view style) {
  if (style.empty()) return StyleEffect::shown;
  const std::string text = plain_css(style);
  const std::string_view all = text;
  Style said;
  for (std::size_t at = 0; at < all.size();) {
    const std::size_t end = std::min(all.find(';', at), all.size());
    const std::string_view declaration = all.substr(at, end - at);
    const std::size_t colon = declaration.find(':');
    if (colon != declaration.npos)
      said.read(declaration.substr(0, colon), declaration.substr(colon + 1));
    at = end + 1;
  }
  return said.effect();
}

}  // namespace seekd::fetcher
