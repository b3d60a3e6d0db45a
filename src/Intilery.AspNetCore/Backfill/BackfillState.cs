using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Intilery.AspNetCore.Outbox;

namespace Intilery.AspNetCore.Backfill;

/// <summary>How far the backfill of one kind is. It is stored with each page's rows, in one transaction.</summary>
internal sealed record BackfillState
{
    /// <summary>Gets the id that distinguishes the pages of different processes.</summary>
    public string Page { get; init; } = string.Empty;

    /// <summary>Gets the table that is being read; <see langword="null"/> before the first page, and after the last.</summary>
    public string? Table { get; init; }

    /// <summary>Gets the key of the last row that was read of it.</summary>
    public IReadOnlyList<string>? Key { get; init; }

    /// <summary>Gets the key after which the last page begins; <see langword="null"/> if it is the table's first.</summary>
    public IReadOnlyList<string>? PageAfter { get; init; }

    /// <summary>
    /// Gets a hash of each row of the last page; <see langword="null"/> if it need not be read again. The process may have ended between
    /// the page's writing and its second reading.
    /// </summary>
    public IReadOnlyList<string>? Checks { get; init; }

    public long Read { get; init; }

    public long Sent { get; init; }

    /// <summary>Gets how often it was begun anew.</summary>
    public int Round { get; init; }

    /// <summary>Gets when the last page was through; <see langword="null"/> before.</summary>
    public DateTimeOffset? DoneAt { get; init; }

    /// <summary>Returns the name under which it is stored: of one kind, for one destination, of the rows since a time.</summary>
    public static string NameOf(string subject, string destination, DateTimeOffset? since) =>
        $"backfill:{subject}:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{destination}\n{since:u}")).AsSpan(0, 8))}";

    public static BackfillState Of(StoredState? stored) =>
        stored is null
            ? new BackfillState()
            : JsonSerializer.Deserialize(stored.Value.Span, BackfillJson.Default.BackfillState) ?? new BackfillState();

    public ReadOnlyMemory<byte> Write() => JsonSerializer.SerializeToUtf8Bytes(this, BackfillJson.Default.BackfillState);
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(BackfillState))]
internal sealed partial class BackfillJson : JsonSerializerContext;
