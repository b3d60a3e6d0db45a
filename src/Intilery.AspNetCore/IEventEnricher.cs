using System.Buffers;
using System.Text.Json;
using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore;

/// <summary>
/// Changes or suppresses events and identify calls before they are recorded. Register it with
/// <c>AddIntilery().AddEnricher&lt;T&gt;()</c>; it is a singleton, and called from several threads at once.
/// </summary>
/// <remarks>
/// It runs when the scope of an event commits: at the end of its request or, after a crash, in another process. It
/// has no <c>HttpContext</c>, not by <c>IHttpContextAccessor</c> either: the values that it needs of a request have to be in the event. If
/// it throws, the exception is logged, and the event is sent unchanged. All enrichers together have
/// <see cref="IntileryOutboxOptions.CommitTimeout"/> for the events of one request; after that, events are sent unchanged until the
/// enricher completes. A retried event is not enriched again.
/// </remarks>
/// <example>
/// <code>
/// internal sealed class Plans(PlanCache plans) : IEventEnricher
/// {
///     public void Enrich(EventEnrichment enrichment)
///     {
///         enrichment.Properties["plan"] = plans.Of(enrichment.GroupId);
///     }
/// }
/// </code>
/// </example>
public interface IEventEnricher
{
    /// <summary>Changes or suppresses one event.</summary>
    /// <param name="enrichment">The event.</param>
    void Enrich(EventEnrichment enrichment);
}

/// <summary>An event or identify call that is about to be recorded, for an <see cref="IEventEnricher"/> to change.</summary>
public sealed class EventEnrichment
{
    private const int MaxReasonLength = 64;

    private readonly Message _message;

    internal EventEnrichment(Message message)
    {
        _message = message;
        GroupId = message.GroupId;
        Properties = ContentOf(message);
    }

    /// <summary>Gets the event's name, for example <c>Signed Up</c>; <c>identify</c> for identify calls.</summary>
    public string Name => _message.EventName;

    /// <summary>Gets the event as it was captured or tracked; <see langword="null"/> for identify calls.</summary>
    public LifecycleEvent? Event => _message.Event;

    /// <summary>Gets a value indicating whether it is an identify call and not an event.</summary>
    public bool IsIdentify => _message.Event is null;

    /// <summary>Gets the database key of the user; <see langword="null"/> for an event of an anonymous browser.</summary>
    public string? UserId => _message.UserId;

    /// <summary>Gets the website tag's id of the browser, if the event has one.</summary>
    public string? AnonymousId => _message.AnonymousId;

    /// <summary>Gets when it happened, in UTC.</summary>
    public DateTimeOffset? Timestamp => _message.Timestamp;

    /// <summary>
    /// Gets or sets the tenant, sent as <c>context.groupId</c>; <see langword="null"/> for none. An invalid id (empty, over 450
    /// characters, with control characters or white space at its ends) fails the enrichment.
    /// </summary>
    public string? GroupId { get; set; }

    /// <summary>
    /// Gets the properties of the event, or the traits of the identify call, by the names under which they are sent. Entries can be
    /// changed, added and removed; values are serialized by <c>System.Text.Json</c>. Text that is longer than 1,024 characters is cut.
    /// </summary>
    public IDictionary<string, object?> Properties { get; }

    /// <summary>Gets the reason why the event is suppressed; <see langword="null"/> if it is not.</summary>
    public string? SuppressedFor { get; private set; }

    /// <summary>Suppresses the event: it is counted and logged with the reason, and not sent.</summary>
    /// <param name="reason">The reason, in a word or two. It is a metric tag, so use few distinct values. At most 64 characters.</param>
    /// <exception cref="ArgumentException"><paramref name="reason"/> is blank or too long.</exception>
    public void Suppress(string reason)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        if (reason.Length > MaxReasonLength)
        {
            throw new ArgumentException(
                $"The reason has {reason.Length} characters, but may have at most {MaxReasonLength}.", nameof(reason));
        }

        SuppressedFor = reason;
    }

    /// <summary>Returns the enriched message.</summary>
    /// <exception cref="ArgumentException">A value cannot be sent.</exception>
    internal Message Apply()
    {
        if (GroupId is not null)
        {
            EventText.ThrowIfNotId(GroupId, nameof(GroupId));
        }

        return _message with { GroupId = GroupId, Content = FreeProperties.Snapshot(Properties.AsReadOnly(), nameof(Properties)) };
    }

    private static Dictionary<string, object?> ContentOf(Message message)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            message.WriteContent(json);
        }

        using var content = JsonDocument.Parse(buffer.WrittenMemory);
        return content.RootElement.EnumerateObject().ToDictionary(
            property => property.Name, property => ValueOf(property.Value), StringComparer.Ordinal);
    }

    private static object? ValueOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.String => value.GetString(),
        _ => value.Clone(),
    };
}
