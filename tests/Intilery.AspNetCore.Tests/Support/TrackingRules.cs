using System.Net;
using System.Text.Json;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>The documented limits of Intilery's tracking API, and its answers.</summary>
internal sealed class TrackingRules : IDisposable
{
    private const int MaxRequestBytes = 1_000_000;
    private const int MaxCallBytes = 32 * 1024;

    private readonly TokenBucketRateLimiter _rate = new(new TokenBucketRateLimiterOptions
    {
        TokenLimit = 500,
        TokensPerPeriod = 1,
        ReplenishmentPeriod = TimeSpan.FromMilliseconds(10),
        AutoReplenishment = false,
    });

    /// <summary>Returns the answer to a request, what it says of a fault, and the calls that it accepts.</summary>
    public (HttpStatusCode Status, string? Message, IReadOnlyList<ReceivedCall> Accepted) Judge(HttpContext context, byte[] bytes, string body, string destination)
    {
        _rate.TryReplenish();
        using var turn = _rate.AttemptAcquire();
        if (!turn.IsAcquired)
        {
            return (HttpStatusCode.TooManyRequests, null, []);
        }

        if (context.Request.Headers["auth-token"] != TrackingApi.Token)
        {
            return (HttpStatusCode.Forbidden, null, []);
        }

        if (!context.Request.HasJsonContentType())
        {
            return (HttpStatusCode.UnsupportedMediaType, null, []);
        }

        if (bytes.Length > MaxRequestBytes)
        {
            return (HttpStatusCode.RequestEntityTooLarge, null, []);
        }

        return Read(bytes, body, destination, out var calls) is { } fault
            ? (HttpStatusCode.BadRequest, fault, [])
            : (HttpStatusCode.OK, null, calls);
    }

    public void Dispose() => _rate.Dispose();

    private static string? Read(byte[] bytes, string body, string destination, out List<ReceivedCall> calls)
    {
        calls = [];
        try
        {
            using var json = JsonDocument.Parse(bytes);
            foreach (var call in json.RootElement.GetProperty("batch").EnumerateArray())
            {
                var text = call.GetRawText();
                if (System.Text.Encoding.UTF8.GetByteCount(text) > MaxCallBytes)
                {
                    return "call is larger than 32 KB";
                }

                if (!HasText(call, "userId") && !HasText(call, "anonymousId"))
                {
                    return "userId must not be empty";
                }

                if (!HasText(call, "event") || !HasText(call, "type"))
                {
                    return "event must not be empty";
                }

                calls.Add(new ReceivedCall(destination, text));
            }

            return null;
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return $"malformed: {body}";
        }
    }

    private static bool HasText(JsonElement call, string name) =>
        call.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString()!.Length > 0;
}
