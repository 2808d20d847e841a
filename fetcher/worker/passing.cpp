#include "fetcher/worker/passing.h"

#include <cstring>

namespace seekd::fetcher {
namespace {

// Room for one descriptor; the kernel closes what there is no room for.
struct alignas(cmsghdr) Rights {
  std::array<char, CMSG_SPACE(sizeof(int))> bytes{};
};

}  // namespace

bool send_with_descriptor(int socket, const void* bytes, std::size_t size, int descriptor) {
  iovec data{const_cast<void*>(bytes), size};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  Rights rights;
  if (descriptor >= 0) {
    message.msg_control = rights.bytes.data();
    message.msg_controllen = rights.bytes.size();
    cmsghdr* const header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof descriptor);
    std::memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
  }
  return sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT) == static_cast<ssize_t>(size);
}

ssize_t receive_with_descriptor(int socket, void* bytes, std::size_t size, Descriptor& descriptor) {
  iovec data{bytes, size};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  Rights rights;
  message.msg_control = rights.bytes.data();
  message.msg_controllen = rights.bytes.size();
  const ssize_t got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  const cmsghdr* const header = got < 0 ? nullptr : CMSG_FIRSTHDR(&message);
  if (header != nullptr && header->cmsg_type == SCM_RIGHTS &&
      header->cmsg_len == CMSG_LEN(sizeof(int))) {
    int received = -1;
    std::memcpy(&received, CMSG_DATA(header), sizeof received);
    descriptor = Descriptor(received);
  }
  return got;
}

}  // namespace seekd::fetcher
