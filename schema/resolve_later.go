package schema

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/evgen-dev/evgen/schema/evgenpb"
)

// resolveLater reads the annotations whose effect comes in a later release: they are checked, shown by explain, and a warning
// says that nothing comes of them yet.
func (d *draft) resolveLater() {
	d.resolveDelivery()
	d.laterIf("chunking", "larger values are refused")
	d.laterIf("claim_check", "larger values are refused")
	d.resolveSubject()
	d.resolveCompatibility()
	d.laterReplaces()
	d.laterIf("reply", "the handler publishes no replies")
	d.laterIf("data_subject", "nothing is encrypted")
	for _, fd := range d.marks.replyTo {
		d.warnf(d.fieldPos(fd, "reply_to"), notYet, "reply_to has no effect yet: the handler publishes no replies").help("%s", laterHelp)
	}
	d.checkDataSubject()
	d.add("labels", formatLabels(d.options.GetLabels()), d.origin("labels", builtIn))
}

const laterHelp = "it may stay, for a later release"

func (d *draft) laterIf(option, consequence string) {
	if !d.isSet(option) {
		d.add(option, "none", builtIn)
		return
	}
	d.add(option, d.written(option), "no effect yet: "+d.pos(option).String())
	d.later(option, option, consequence)
}

func (d *draft) later(option, name, consequence string) report {
	return d.warnf(d.pos(option), notYet, "%s has no effect yet: %s", name, consequence).help("%s", laterHelp)
}

// laterReplaces warns of more than an absent effect: the default of the topic is going to change.
func (d *draft) laterReplaces() {
	if !d.isSet("replaces") {
		d.add("replaces", "none", builtIn)
		return
	}
	d.add("replaces", d.options.GetReplaces(), "no effect yet: "+d.pos("replaces").String())
	p := d.later("replaces", "replaces", fmt.Sprintf("the event is on topic %s, and no upcaster is generated", d.topicName))
	if !d.isSet("topic") {
		p.help("set topic, since its default becomes the topic of %s in a later release", d.options.GetReplaces())
	}
}

// written returns the value of an option as one would write it.
func (d *draft) written(option string) string {
	m := d.options.ProtoReflect()
	fd := m.Descriptor().Fields().ByTextName(option)
	switch v := m.Get(fd); {
	case fd.Enum() != nil:
		return enumName(fd.Enum(), v.Enum())
	case fd.Message() != nil:
		return formatMessage(v.Message())
	default:
		return v.String()
	}
}

// enumName returns the name of a value, or the number of one that only a newer options.proto knows.
func enumName(ed protoreflect.EnumDescriptor, n protoreflect.EnumNumber) string {
	if value := ed.Values().ByNumber(n); value != nil {
		return string(value.Name())
	}
	return strconv.Itoa(int(n))
}

func (d *draft) resolveDelivery() {
	switch d.options.GetDelivery() {
	case evgenpb.EventOptions_DELIVERY_UNSPECIFIED:
		d.add("delivery", "DIRECT", "default of this release (OUTBOX is not available yet)")
	case evgenpb.EventOptions_DIRECT:
		d.add("delivery", "DIRECT", d.pos("delivery").String())
	default:
		name := d.options.GetDelivery().String()
		d.add("delivery", "DIRECT", name+" at "+d.pos("delivery").String()+" is not available yet")
		d.later("delivery", name, "the event is sent straight to the broker, as with DIRECT")
	}
}

func (d *draft) checkDataSubject() {
	text := d.options.GetDataSubject()
	if text == "" {
		return
	}
	path, problem := fieldPath(d.Desc, text)
	switch {
	case problem != nil:
		d.errorf(d.pos("data_subject"), dataSubject, "data_subject %q %s", text, problem.text).help("%s", problem.help)
	case !isKeyType(path.Leaf()):
		d.errorf(d.pos("data_subject"), dataSubject, "data_subject %q is of type %s", text, typeName(path.Leaf())).
			help("use a singular scalar field")
	}
}

func formatLabels(labels map[string]string) string {
	var list []string
	for _, k := range slices.Sorted(maps.Keys(labels)) {
		list = append(list, k+"="+labels[k])
	}
	return listOrNone(list)
}

// formatMessage writes a small message in one line, e.g., { max_size: "32MiB" }.
func formatMessage(m protoreflect.Message) string {
	var b strings.Builder
	b.WriteString("{")
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		if fd := fields.Get(i); m.Has(fd) {
			fmt.Fprintf(&b, " %s: %q", fd.Name(), m.Get(fd).String())
		}
	}
	b.WriteString(" }")
	return b.String()
}
