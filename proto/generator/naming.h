// From the names of the XenAPI to those of the Protobuf style guide, where an
// abbreviation is one word. Pure functions.
#ifndef PROTO_GENERATOR_NAMING_H_
#define PROTO_GENERATOR_NAMING_H_

#include <string>

#include "absl/strings/string_view.h"

namespace xapi_gateway::protogen {

// "PV_args" -> "pv_args", "VIFs" -> "vifs", "restartHVM" -> "restart_hvm",
// "IPv6" -> "ipv6".
std::string SnakeName(absl::string_view name);

// "VM_guest_metrics" -> "VmGuestMetrics", "get_VIFs" -> "GetVifs".
std::string CamelName(absl::string_view name);

// The name of an enum of the model: its own in camel case, but for the few
// that would say too little in a package that all classes share.
std::string EnumName(absl::string_view name);

// The name of an enum's value, prefixed with the enum's: "vm_power_state",
// "Halted" -> "VM_POWER_STATE_HALTED". A value that would take the name of the
// zero value gets the suffix "_VALUE".
std::string EnumValueName(absl::string_view enum_name, absl::string_view value);

// The name of an enum's zero value: "VM_POWER_STATE_UNSPECIFIED".
std::string EnumZeroName(absl::string_view enum_name);

}  // namespace xapi_gateway::protogen

#endif  // PROTO_GENERATOR_NAMING_H_
