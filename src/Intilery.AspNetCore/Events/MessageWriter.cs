using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Intilery.AspNetCore.Events;

/// <summary>Writes messages as the API's UTF-8 JSON, without reflection, and allocates only the array of the result.</summary>
internal static class MessageWriter
{
    /// <summary>
    /// The API accepts 32 KB per call, also inside a batch. The difference is reserved for <c>sentAt</c>, which delivery adds.
    /// </summary>
    public const int MaxBytes = (32 * 1024) - 64;

    /// <summary>The settings for every part of a call.</summary>
    public static readonly JsonWriterOptions Options = new()
    {
        // The body is JSON for an API, never part of a page: text need not be escaped beyond what JSON asks for.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _buffer;

    [ThreadStatic]
    private static Utf8JsonWriter? _json;

    /// <summary>Returns the message as one JSON object.</summary>
    /// <exception cref="ArgumentException">An id is missing or cannot be one, or the call is larger than the API accepts.</exception>
    public static byte[] Write(Message message)
    {
        var json = WriteAnySize(message, EventText.MaxValueLength);
        return json.Length <= MaxBytes ? json.ToArray() : throw new ArgumentException(TooLarge(message, json.Length), nameof(message));
    }

    /// <summary>Returns the error message for a message that is too large.</summary>
    public static string TooLarge(Message message, int size) =>
        $"The event '{message.EventName}' is {size} bytes long; the API accepts {MaxBytes} bytes a call.";

    /// <summary>
    /// Returns the message as one JSON object of any size, with values cut at the given length. The result is a view of the
    /// thread's buffer, which the thread's next message overwrites.
    /// </summary>
    /// <exception cref="ArgumentException">An id is missing or cannot be one.</exception>
    public static ReadOnlySpan<byte> WriteAnySize(Message message, int maxValueLength)
    {
        Check(message);
        var buffer = _buffer ??= new ArrayBufferWriter<byte>(1024);
        buffer.ResetWrittenCount();
        var json = _json ??= new Utf8JsonWriter(buffer, Options);
        json.Reset(buffer);

        json.WriteStartObject();
        WriteText(json, MessageNames.UserId, message.UserId);
        WriteText(json, MessageNames.AnonymousId, message.AnonymousId);
        json.WriteString(MessageNames.Type, message.Traits is null ? MessageNames.Track : MessageNames.Identify);
        json.WriteString(MessageNames.Event, message.EventName);
        json.WritePropertyName(message.Traits is null ? MessageNames.Properties : MessageNames.Traits);
        message.WriteContent(json, maxValueLength);
        ContextWriter.Write(json, message);
        WriteText(json, MessageNames.MessageId, message.MessageId);
        if (message.Timestamp is { } timestamp)
        {
            Span<byte> date = stackalloc byte[IsoDate.MaxLength];
            json.WriteString(MessageNames.Timestamp, date[..IsoDate.Format(timestamp, date, IsoDate.Milliseconds.Always)]);
        }

        json.WriteEndObject();
        json.Flush();

        var bytes = buffer.WrittenSpan;
        if (bytes.Length > MaxBytes)
        {
            // A large message's buffer is not kept for the lifetime of the thread.
            _buffer = null;
            _json = null;
        }

        return bytes;
    }

    private static void Check(Message message)
    {
        if (message.UserId is null && message.AnonymousId is null)
        {
            throw new ArgumentException(
                $"The event '{message.EventName}' needs a UserId or an AnonymousId.", nameof(message));
        }

        if (message.UserId is { } userId)
        {
            EventText.ThrowIfNotId(userId, "UserId", nameof(message));
        }

        if (message.AnonymousId is { } anonymousId)
        {
            EventText.ThrowIfNotId(anonymousId, "AnonymousId", nameof(message));
        }

        if (message.GroupId is { } groupId)
        {
            EventText.ThrowIfNotId(groupId, "GroupId", nameof(message));
        }
    }

    private static void WriteText(Utf8JsonWriter json, JsonEncodedText name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }
}

/// <summary>
/// Writes captured messages, whose caller cannot shorten them: optional parts are omitted step by step until the call is within the
/// API's limit.
/// </summary>
internal static class FittingWriter
{
    /// <summary>The length to which values are cut in the last step.</summary>
    private const int ShortestValueLength = 64;

    /// <summary>
    /// Writes the message, without optional parts if it is too large. Returns <see langword="false"/>, with the whole message, when it is
    /// too large even without them. The result is a view of the thread's buffer, which the next message overwrites.
    /// </summary>
    /// <exception cref="ArgumentException">An id is missing or cannot be one.</exception>
    public static bool TryWrite(Message message, out ReadOnlySpan<byte> json, out bool isWhole)
    {
        json = MessageWriter.WriteAnySize(message, EventText.MaxValueLength);
        isWhole = true;
        if (json.Length <= MessageWriter.MaxBytes)
        {
            return true;
        }

        isWhole = false;

        // The oversized message has handed its buffer over to the result: the next writes use another one and do not overwrite it.
        foreach (var (less, maxValueLength) in Shed(message))
        {
            var shorter = MessageWriter.WriteAnySize(less, maxValueLength);
            if (shorter.Length <= MessageWriter.MaxBytes)
            {
                json = shorter;
                return true;
            }
        }

        return false;
    }

    // The browser's context is omitted first, because it matters least. The ids stay: the API requires one.
    private static IEnumerable<(Message Message, int MaxValueLength)> Shed(Message message)
    {
        yield return (message = message with { Browser = null }, EventText.MaxValueLength);
        yield return (message = message with { Origin = null }, EventText.MaxValueLength);
        yield return (message, EventText.MaxCapturedLength);
        yield return (message, ShortestValueLength);
    }
}

/// <summary>The member names of a call, encoded once.</summary>
internal static class MessageNames
{
    public static readonly JsonEncodedText UserId = JsonEncodedText.Encode("userId");
    public static readonly JsonEncodedText AnonymousId = JsonEncodedText.Encode("anonymousId");
    public static readonly JsonEncodedText Type = JsonEncodedText.Encode("type");
    public static readonly JsonEncodedText Track = JsonEncodedText.Encode("track");
    public static readonly JsonEncodedText Identify = JsonEncodedText.Encode(EventNames.Identify);
    public static readonly JsonEncodedText Event = JsonEncodedText.Encode("event");
    public static readonly JsonEncodedText Properties = JsonEncodedText.Encode("properties");
    public static readonly JsonEncodedText Traits = JsonEncodedText.Encode("traits");
    public static readonly JsonEncodedText Context = JsonEncodedText.Encode("context");
    public static readonly JsonEncodedText MessageId = JsonEncodedText.Encode("messageId");
    public static readonly JsonEncodedText Timestamp = JsonEncodedText.Encode("timestamp");
    public static readonly JsonEncodedText GroupId = JsonEncodedText.Encode("groupId");
    public static readonly JsonEncodedText Active = JsonEncodedText.Encode("active");
    public static readonly JsonEncodedText Ip = JsonEncodedText.Encode("ip");
    public static readonly JsonEncodedText UserAgent = JsonEncodedText.Encode("userAgent");
    public static readonly JsonEncodedText Locale = JsonEncodedText.Encode("locale");
    public static readonly JsonEncodedText Page = JsonEncodedText.Encode("page");
    public static readonly JsonEncodedText Path = JsonEncodedText.Encode("path");
    public static readonly JsonEncodedText Referrer = JsonEncodedText.Encode("referrer");
    public static readonly JsonEncodedText Campaign = JsonEncodedText.Encode("campaign");
    public static readonly JsonEncodedText Library = JsonEncodedText.Encode("library");
    public static readonly JsonEncodedText App = JsonEncodedText.Encode("app");
    public static readonly JsonEncodedText Name = JsonEncodedText.Encode("name");
    public static readonly JsonEncodedText Version = JsonEncodedText.Encode("version");
    public static readonly JsonEncodedText Source = JsonEncodedText.Encode("source");
    public static readonly JsonEncodedText Medium = JsonEncodedText.Encode("medium");
    public static readonly JsonEncodedText Term = JsonEncodedText.Encode("term");
    public static readonly JsonEncodedText Content = JsonEncodedText.Encode("content");
}
