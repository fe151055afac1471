#include "gateway/rpc/reflection_index.h"

#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/io/coded_stream.h>

#include <algorithm>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "gateway/rpc/text_limits.h"

namespace xapi_gateway::rpc {
namespace {

namespace pb = google::protobuf;

// Field `file` of FileDescriptorSet, length-delimited.
constexpr uint32_t kFileTag = 1 << 3 | 2;

std::string Join(absl::string_view scope, absl::string_view name) {
  return scope.empty() ? std::string(name) : absl::StrCat(scope, ".", name);
}

template <typename Add>
void AddMessage(const pb::DescriptorProto& message, absl::string_view scope,
                Add& add) {
  const std::string name = Join(scope, message.name());
  add(name);
  for (const auto& inner : message.nested_type()) AddMessage(inner, name, add);
  for (const auto& inner : message.enum_type()) add(Join(name, inner.name()));
}

// Whether `list` has an element of that name.
template <typename List>
bool Has(const List& list, absl::string_view name) {
  return std::any_of(list.begin(), list.end(), [name](const auto& element) {
    return absl::string_view(element.name()) == name;
  });
}

bool MessageHas(const pb::DescriptorProto& message, absl::string_view scope,
                absl::string_view parent, absl::string_view name) {
  const std::string full = Join(scope, message.name());
  if (full == parent) {
    return Has(message.field(), name) || Has(message.oneof_decl(), name);
  }
  return std::any_of(message.nested_type().begin(), message.nested_type().end(),
                     [&](const pb::DescriptorProto& inner) {
                       return MessageHas(inner, full, parent, name);
                     });
}

// Whether the symbol `parent`, declared in `file`, has a part of that name.
// Values of enums are not among them: they are siblings of their enum.
bool DeclaresPart(const pb::FileDescriptorProto& file, absl::string_view parent,
                  absl::string_view name) {
  for (const auto& service : file.service()) {
    if (Join(file.package(), service.name()) == parent) {
      return Has(service.method(), name);
    }
  }
  return std::any_of(file.message_type().begin(), file.message_type().end(),
                     [&](const pb::DescriptorProto& message) {
                       return MessageHas(message, file.package(), parent, name);
                     });
}

absl::Status NotFound(absl::string_view what, absl::string_view name) {
  return absl::NotFoundError(absl::StrCat("there is no ", what, " \"",
                                          Clip(name, kMaxValueBytes), "\""));
}

}  // namespace

absl::StatusOr<std::unique_ptr<const ReflectionIndex>> ReflectionIndex::Create(
    absl::string_view descriptor_set) {
  auto index = absl::WrapUnique(new ReflectionIndex());
  pb::io::CodedInputStream input(
      reinterpret_cast<const uint8_t*>(descriptor_set.data()),
      static_cast<int>(descriptor_set.size()));
  while (const uint32_t tag = input.ReadTag()) {
    uint32_t length = 0;
    const bool file = tag == kFileTag && input.ReadVarint32(&length);
    const size_t at = input.CurrentPosition();
    if (!file || !input.Skip(static_cast<int>(length)) ||
        !index->AddFile(descriptor_set.substr(at, length))) {
      return absl::InvalidArgumentError(
          absl::StrCat("the descriptor set is malformed at byte ", at));
    }
  }
  return std::unique_ptr<const ReflectionIndex>(std::move(index));
}

bool ReflectionIndex::AddFile(absl::string_view bytes) {
  pb::FileDescriptorProto file;
  if (!file.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return false;
  }
  const FileId id = static_cast<FileId>(files_.size());
  File entry{bytes, {}};
  for (const auto& name : file.dependency()) {
    const auto dependency = by_name_.find(name);
    if (dependency == by_name_.end()) return false;
    entry.dependencies.push_back(dependency->second);
  }
  files_.push_back(std::move(entry));
  by_name_[file.name()] = id;
  auto add = [&](std::string name) { by_symbol_[std::move(name)] = id; };
  for (const auto& type : file.message_type()) {
    AddMessage(type, file.package(), add);
  }
  for (const auto& type : file.enum_type()) {
    add(Join(file.package(), type.name()));
    for (const auto& value : type.value()) {
      add(Join(file.package(), value.name()));
    }
  }
  for (const auto& service : file.service()) {
    services_.push_back(Join(file.package(), service.name()));
    add(services_.back());
  }
  AddExtensions(file, id);
  return true;
}

void ReflectionIndex::AddExtensions(const pb::FileDescriptorProto& file,
                                    FileId id) {
  for (const auto& extension : file.extension()) {
    by_symbol_[Join(file.package(), extension.name())] = id;
    const absl::string_view extendee =
        absl::StripPrefix(extension.extendee(), ".");
    by_extension_[{std::string(extendee), extension.number()}] = id;
  }
}

absl::StatusOr<ReflectionIndex::FileId> ReflectionIndex::FindFile(
    absl::string_view name) const {
  const auto file = by_name_.find(name);
  if (file == by_name_.end()) return NotFound("file", name);
  return file->second;
}

absl::StatusOr<ReflectionIndex::FileId> ReflectionIndex::FindSymbol(
    absl::string_view symbol) const {
  auto found = by_symbol_.find(symbol);
  if (found != by_symbol_.end()) return found->second;
  const size_t dot = symbol.rfind('.');
  if (dot == symbol.npos) return NotFound("symbol", symbol);
  found = by_symbol_.find(symbol.substr(0, dot));
  if (found == by_symbol_.end()) return NotFound("symbol", symbol);
  pb::FileDescriptorProto file;
  const absl::string_view content = bytes(found->second);
  file.ParseFromArray(content.data(), static_cast<int>(content.size()));
  if (!DeclaresPart(file, symbol.substr(0, dot), symbol.substr(dot + 1))) {
    return NotFound("symbol", symbol);
  }
  return found->second;
}

absl::StatusOr<ReflectionIndex::FileId> ReflectionIndex::FindExtension(
    absl::string_view extendee, int number) const {
  const auto found = by_extension_.find({std::string(extendee), number});
  if (found == by_extension_.end()) {
    return NotFound(absl::StrCat("extension ", number, " of"), extendee);
  }
  return found->second;
}

absl::StatusOr<std::vector<int>> ReflectionIndex::ExtensionNumbers(
    absl::string_view extendee) const {
  if (!by_symbol_.contains(extendee)) return NotFound("message", extendee);
  std::vector<int> numbers;
  auto at = by_extension_.lower_bound({std::string(extendee), 0});
  for (; at != by_extension_.end() && at->first.first == extendee; ++at) {
    numbers.push_back(at->first.second);
  }
  return numbers;
}

}  // namespace xapi_gateway::rpc
