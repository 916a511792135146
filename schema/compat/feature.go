package compat

import (
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
)

// JSONFormat is the feature json_format.
type JSONFormat uint8

// Its values.
const (
	JSONAllow JSONFormat = iota
	JSONBestEffort
)

// String returns the name, e.g., ALLOW.
func (f JSONFormat) String() string {
	return [...]string{JSONAllow: "ALLOW", JSONBestEffort: "LEGACY_BEST_EFFORT"}[f]
}

// features are what a declaration has of the features that profiles compare and descriptors do not tell in other ways. Declarations inherit them from what encloses them.
type features struct {
	editions  bool // other files have no features of their own
	utf8      bool
	json      JSONFormat
	cppString CppString
	oldCpp    bool // of an edition that knows option ctype
	javaUTF8  javaCheck
	oldJava   bool // of a file that has option java_string_check_utf8 instead of the feature
}

// javaCheck is the feature (pb.java).utf8_validation.
type javaCheck uint8

// javaVerify checks even what others do not. All other values mean to do as they do.
const javaVerify javaCheck = 2

// featuresOf returns the defaults of an edition, and of a file with options that are older than features.
func featuresOf(e descriptorpb.Edition, options *descriptorpb.FileOptions) features {
	f := features{editions: e >= descriptorpb.Edition_EDITION_2023, utf8: true, cppString: CppStandard, oldCpp: e < descriptorpb.Edition_EDITION_2024}
	if e <= descriptorpb.Edition_EDITION_PROTO2 {
		f.utf8, f.json = false, JSONBestEffort
	}
	if !f.oldCpp {
		f.cppString = CppView
	}
	f.oldJava = e < descriptorpb.Edition_EDITION_2023 || options != nil && options.JavaStringCheckUtf8 != nil
	if options.GetJavaStringCheckUtf8() {
		f.javaUTF8 = javaVerify
	}
	return f
}

// cppStringOf is the type that C++ has for a field with options.
func (f features) cppStringOf(options *descriptorpb.FieldOptions) CppString {
	if options == nil || options.Ctype == nil || !f.oldCpp {
		return f.cppString
	}
	switch options.GetCtype() {
	case descriptorpb.FieldOptions_CORD:
		return CppCord
	case descriptorpb.FieldOptions_STRING_PIECE:
		return CppPiece
	}
	return CppStandard
}

// checkedByJava says whether Java checks strings to be UTF-8.
func (f features) checkedByJava() bool { return f.utf8 || f.javaUTF8 == javaVerify }

// Numbers of extensions of google.protobuf.FeatureSet, and of the fields of theirs that are compared. Nothing links them in, so they are read from the wire.
const (
	featureCpp, featureJava               = 1000, 1001
	featureCppString, featureJavaUTF8Mode = 2, 2
)

// with returns what a declaration with features of its own has.
func (f features) with(own *descriptorpb.FeatureSet) features {
	if own == nil || !f.editions {
		return f
	}
	if own.Utf8Validation != nil {
		f.utf8 = own.GetUtf8Validation() == descriptorpb.FeatureSet_VERIFY
	}
	if own.JsonFormat != nil {
		f.json = JSONAllow
		if own.GetJsonFormat() == descriptorpb.FeatureSet_LEGACY_BEST_EFFORT {
			f.json = JSONBestEffort
		}
	}
	languages, err := proto.MarshalOptions{Deterministic: true, AllowPartial: true}.Marshal(own)
	if err != nil {
		return f
	}
	if v, ok := languageFeature(languages, featureCpp, featureCppString); ok {
		f.cppString = CppString(v)
	}
	if v, ok := languageFeature(languages, featureJava, featureJavaUTF8Mode); ok && !f.oldJava {
		f.javaUTF8 = javaCheck(v)
	}
	return f
}

// languageFeature returns field number of the features of one language.
func languageFeature(b []byte, language, number protowire.Number) (value uint64, found bool) {
	for len(b) > 0 {
		n, typ, size := protowire.ConsumeTag(b)
		if size < 0 {
			return value, found
		}
		length := protowire.ConsumeFieldValue(n, typ, b[size:])
		if length < 0 {
			return value, found
		}
		switch content := b[size : size+length]; {
		case n == language && typ == protowire.BytesType:
			inner, _ := protowire.ConsumeBytes(content)
			if v, ok := languageFeature(inner, number, 0); ok {
				value, found = v, true
			}
		case n == language && typ == protowire.VarintType && number == 0:
			value, _ = protowire.ConsumeVarint(content)
			found = true
		}
		b = b[size+length:]
	}
	return value, found
}

// optionsOf returns options as their Go type. Compilers may represent them as dynamic messages.
func optionsOf[T any, M interface {
	*T
	proto.Message
}](d protoreflect.Descriptor) M {
	switch options := d.Options().(type) {
	case M:
		return options
	case nil:
		return nil
	default:
		typed := M(new(T))
		b, err := proto.MarshalOptions{AllowPartial: true}.Marshal(options)
		if err != nil || (proto.UnmarshalOptions{AllowPartial: true}).Unmarshal(b, typed) != nil {
			return nil
		}
		return typed
	}
}
