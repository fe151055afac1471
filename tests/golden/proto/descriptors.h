// What a client sees of the mirror, read from nothing but descriptors. Shares
// no code with the generator, so that one mistake cannot hide in both.
#ifndef TESTS_GOLDEN_PROTO_DESCRIPTORS_H_
#define TESTS_GOLDEN_PROTO_DESCRIPTORS_H_

#include <google/protobuf/descriptor.h>

#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace xapi_gateway::protogen {

// The mirror as descriptors. Not thread-safe.
class Descriptors {
 public:
  // From a serialised FileDescriptorSet. Fails the running test if it is bad.
  explicit Descriptors(absl::string_view set);

  const google::protobuf::DescriptorPool& pool() const { return pool_; }

  // A message or enum of the mirror by its short name, or null.
  const google::protobuf::Descriptor* Message(const std::string& name) const;
  const google::protobuf::EnumDescriptor* Enum(const std::string& name) const;

  // RPCs of the mirror by their method on the wire.
  const std::map<std::string, const google::protobuf::MethodDescriptor*>& rpcs()
      const {
    return rpcs_;
  }
  // Record messages by the class or struct.
  const std::map<std::string, const google::protobuf::Descriptor*>& records()
      const {
    return records_;
  }

  // A field's type in the grammar of the model, except that an enum is given
  // as "enum {text,text}" and " option" is not to be seen. `any_ref` is the
  // class of references that the field leaves open.
  std::string TypeText(const google::protobuf::FieldDescriptor& field,
                       const std::string& any_ref) const;

 private:
  void Index(const google::protobuf::FileDescriptor& file);
  std::string ValueText(const google::protobuf::FieldDescriptor& field,
                        const std::string& ref) const;
  std::string KeyText(const google::protobuf::FieldDescriptor& map) const;
  std::string MessageText(const google::protobuf::Descriptor& message) const;

  google::protobuf::DescriptorPool pool_;
  std::map<std::string, const google::protobuf::MethodDescriptor*> rpcs_;
  std::map<std::string, const google::protobuf::Descriptor*> records_;
};

// "enum {Halted,Paused}"
std::string EnumText(const google::protobuf::EnumDescriptor& enumeration);

// Label and type as they stand in the .proto file, without "optional".
std::string DeclaredType(const google::protobuf::FieldDescriptor& field);

}  // namespace xapi_gateway::protogen

#endif  // TESTS_GOLDEN_PROTO_DESCRIPTORS_H_
