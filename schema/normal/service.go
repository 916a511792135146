package normal

import "google.golang.org/protobuf/reflect/protoreflect"

func (p *printer) printService(sd protoreflect.ServiceDescriptor) {
	p.open("service %s", sd.Name())
	p.printOptions(sd.Options())
	for _, md := range all(sd.Methods()) {
		p.printMethod(md)
	}
	p.close()
}

func (p *printer) printMethod(md protoreflect.MethodDescriptor) {
	input, output := fullName(md.Input()), fullName(md.Output())
	if md.IsStreamingClient() {
		input = "stream " + input
	}
	if md.IsStreamingServer() {
		output = "stream " + output
	}
	if len(p.options(md.Options())) == 0 {
		p.line("rpc %s(%s) returns (%s);", md.Name(), input, output)
		return
	}
	p.open("rpc %s(%s) returns (%s)", md.Name(), input, output)
	p.printOptions(md.Options())
	p.close()
}
