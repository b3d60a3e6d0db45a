using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Intilery.AspNetCore.Compose;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Scopes;

namespace Intilery.AspNetCore.Dashboard;

/// <summary>
/// One fact on its way to Intilery, as it is now. Each step makes a new one: what a viewer reads does not change under it.
/// </summary>
internal sealed record LiveRow
{
    private const int MaxSteps = 12;

    public required long Id { get; init; }

    public required string Event { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>Gets the name of its last step: see <see cref="LiveStates"/>.</summary>
    public required string State { get; init; }

    /// <summary>Gets the reason why it was not tracked, or was lost.</summary>
    public string? Reason { get; init; }

    public string? UserId { get; init; }

    public string? AccountId { get; init; }

    /// <summary>Gets the request or other work that it happened in: rows of one scope belong together.</summary>
    public string? Scope { get; init; }

    /// <summary>Gets the method and route of the request, if there is one.</summary>
    public string? Endpoint { get; init; }

    public string? Trace { get; init; }

    /// <summary>Gets the call as it is in the outbox.</summary>
    public ReadOnlyMemory<byte>? Payload { get; init; }

    /// <summary>Gets when it was sent last; <see langword="null"/> if it never was.</summary>
    public DateTimeOffset? SentAt { get; init; }

    /// <summary>Gets the call as it goes to the API; with <c>sentAt</c> once it was sent.</summary>
    public string? Call => Payload is not { } payload ? null
        : SentAt is not { } at ? Encoding.UTF8.GetString(payload.Span)
        : $"{Encoding.UTF8.GetString(payload.Span[..^1])},\"sentAt\":\"{at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)}\"}}";

    public CapturedFact? Fact { get; init; }

    public IReadOnlyList<LiveStep> Steps { get; init; } = [];

    /// <summary>Gets where its account came from, in words.</summary>
    public string? AccountFrom => AccountId is null ? null : Fact switch
    {
        { AsksTenant: true } => "tenant resolver",
        MemberAdded or MemberRemoved => "membership",
        EventTracked { Event.GroupId: not null } => "the event itself",
        SignInSucceeded { GroupId: not null } or SignOutSucceeded { GroupId: not null } => "tenant claim",
        SignInSucceeded or SignOutSucceeded => "user's row or membership",
        _ => "session, or another event of the scope",
    };

    /// <summary>Returns the row after a step. The same step again counts up.</summary>
    public LiveRow After(string state, DateTimeOffset at, string? detail = null)
    {
        var last = Steps.Count > 0 ? Steps[^1] : null;
        IReadOnlyList<LiveStep> steps = last is not null && last.State == state
            ? [.. Steps.Take(Steps.Count - 1), last with { At = at, Detail = detail, Count = last.Count + 1 }]
            : [.. Steps.Skip(Math.Max(0, Steps.Count + 1 - MaxSteps)), new LiveStep(state, at, detail, 1)];
        return this with { State = state, Steps = steps };
    }
}

/// <summary>A row as it is now, and the JSON that viewers read of it: written when the first asks, once for all.</summary>
internal sealed class LiveEntry(LiveRow row)
{
    // A call is full of quotation marks, which are two characters instead of six like this. It is no part of a page of HTML.
    private static readonly JsonWriterOptions _asText = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private byte[]? _whole;
    private byte[]? _anonymous;

    public LiveRow Row => row;

    public byte[] Json(DashboardAccess access) =>
        access == DashboardAccess.Anonymous ? _anonymous ??= Write(false) : _whole ??= Write(true);

    // What the API answers, a path that is no route, and the ids of scopes and traces may lead to people.
    private byte[] Write(bool isWhole)
    {
        var buffer = new ArrayBufferWriter<byte>(2048);
        using (var json = new Utf8JsonWriter(buffer, _asText))
        {
            json.WriteStartObject();
            json.WriteNumber("id", row.Id);
            json.WriteString("event", row.Event);
            json.WriteString("at", row.At);
            json.WriteString("state", row.State);
            WriteText(json, "reason", row.Reason);
            if (isWhole)
            {
                WriteText(json, "user", row.UserId);
                WriteText(json, "account", row.AccountId);
                WriteText(json, "accountFrom", row.AccountFrom);
                WriteText(json, "scope", row.Scope);
                WriteText(json, "endpoint", row.Endpoint);
                WriteText(json, "trace", row.Trace);
                WriteText(json, "json", row.Call);
            }

            json.WriteStartArray("steps");
            foreach (var step in row.Steps)
            {
                json.WriteStartObject();
                json.WriteString("state", step.State);
                json.WriteString("at", step.At);
                WriteText(json, "detail", isWhole ? step.Detail : null);
                json.WriteNumber("count", step.Count);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            if (isWhole && row.Fact is { } fact)
            {
                json.WritePropertyName("fact");
                JsonSerializer.Serialize(json, fact, FactJson.Default.CapturedFact);
            }

            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteText(Utf8JsonWriter json, string name, string? text)
    {
        if (text is not null)
        {
            json.WriteString(name, text);
        }
    }
}

/// <summary>A step of a row.</summary>
/// <param name="State">Which.</param>
/// <param name="At">When; the last time, if it was repeated.</param>
/// <param name="Detail">What is known of it: a reason, or what the API answered.</param>
/// <param name="Count">How often in a row.</param>
internal sealed record LiveStep(string State, DateTimeOffset At, string? Detail, int Count);

/// <summary>The names of steps.</summary>
internal static class LiveStates
{
    public const string Captured = "captured";
    public const string Composed = "composed";
    public const string Merged = "merged";
    public const string Recorded = "recorded";
    public const string Delivered = "delivered";
    public const string Retried = "retried";
    public const string Split = "split";
    public const string Dead = "dead";
    public const string Suppressed = "suppressed";
    public const string Missed = "missed";

    // Not by decision: something should have been an event, or was one and is lost.
    private static readonly HashSet<string> _missing = new(StringComparer.Ordinal)
    {
        Reasons.BufferFull,
        Reasons.BulkChange,
        Reasons.DeadLettersFull,
        Reasons.Incomplete,
        Reasons.Invalid,
        Reasons.InvalidId,
        Reasons.NoUser,
        Reasons.OutboxFull, Reasons.Rejected, Reasons.Stopped, Reasons.TooLarge, Reasons.TooMany, Reasons.Unconfirmed, Reasons.Unreadable,
        Reasons.Unstorable,
    };

    public static string OfReason(string reason) => _missing.Contains(reason) ? Missed : Suppressed;

    public static string Of(DeliveryStep step) => step switch
    {
        DeliveryStep.Delivered => Delivered,
        DeliveryStep.Split => Split,
        DeliveryStep.Dead => Dead,
        _ => Retried,
    };
}
