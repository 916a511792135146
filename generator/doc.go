// Package generator turns a schema into files: it is a pure function from descriptors to Go and SQL, without clock, environment, network
// or map order. The command, the protoc plugin, the goldens and the benchmarks are its callers; package output writes what it returns.
//
// Its steps are resolve (package schema), plan (which files, which names), emit (one file per capability here) and format. Whatever a user can mend
// fails before emit, so emitters return no error. It knows the runtime's packages by their import paths and never imports them.
package generator
