using Microsoft.AspNetCore.Http;

namespace Intilery.AspNetCore.Capture.Endpoints;

/// <summary>What one call of an endpoint had and gave: its arguments, in the order of its shape, its page, if any, and its result.</summary>
internal sealed record EndpointValues(HttpContext Context, IReadOnlyList<object?> Arguments, object? Page, object? Answer)
{
    /// <summary>Gets the object inside the answer: what <c>result</c> is in paths.</summary>
    public object? Result { get; } = AnswerReader.ValueOf(Answer);
}
