using System.Net;

namespace Intilery.AspNetCore.Deliver;

/// <summary>What came back from an attempt, or did not.</summary>
/// <param name="Status">The status; <see langword="null"/> when there was no answer.</param>
/// <param name="Success">The body's <c>success</c>; <see langword="null"/> when the body is not such JSON.</param>
/// <param name="Message">The body's <c>message</c>, or the fault, bounded and cleaned.</param>
/// <param name="RetryAfter">How long the server asked to wait.</param>
internal sealed record DeliveryAnswer(HttpStatusCode? Status, bool? Success, string? Message, TimeSpan? RetryAfter)
{
    /// <summary>Gets the answer for a log: no header and no body of ours is in it.</summary>
    public string Outcome => Status is { } status ? $"{(int)status} {Message}".TrimEnd() : Message ?? "no answer";
}
