using Intilery.AspNetCore.Enrich.Happenings;

namespace Intilery.AspNetCore.Capture.Endpoints;

/// <summary>An event of an endpoint that has not failed, while the response has not said that it succeeded.</summary>
internal sealed record HeldEvent(IEndpointEvent Source, EventTracked Happening);
