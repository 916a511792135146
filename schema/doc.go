// Package schema turns annotated protobuf files into a validated [Model].
//
// It is the only place that knows what the annotations mean: [Compile] reads sources, [ReadSet] what buf and
// protoc made of them, and [Resolve] applies defaults and checks every
// rule, and reports all problems at once with their positions. It knows neither Go source nor brokers; package
// generator turns the Model into code.
package schema
