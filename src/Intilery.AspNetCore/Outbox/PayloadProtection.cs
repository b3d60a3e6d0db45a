using System.Text;
using Microsoft.AspNetCore.DataProtection;

namespace Intilery.AspNetCore.Outbox;

/// <summary>
/// Protects payloads at rest with the application's Data Protection, if <c>Outbox:Protect</c> is on. The first byte of a stored payload
/// shows what it is, so that payloads of both kinds wait side by side, and the option can change with any start.
/// </summary>
/// <param name="provider">
/// Returns the application's Data Protection, or <see langword="null"/> if it has none. It is not called before something is protected.
/// </param>
/// <param name="protects">Whether payloads that are stored are protected. Those that are, are unprotected in any case.</param>
internal sealed class PayloadProtection(Func<IDataProtectionProvider?> provider, bool protects)
{
    /// <summary>Why a protected payload became a dead letter, for operators.</summary>
    public const string Refusal =
        "It is protected by a key of Data Protection that this application does not have. Restore the keys, then retry it.";

    // No JSON begins with it.
    private const byte Mark = 1;

    private const string Purpose = "Intilery.AspNetCore.Outbox.v1";

    private readonly Lazy<IDataProtector?> _protector = new(
        () => provider()?.CreateProtector(Purpose), LazyThreadSafetyMode.PublicationOnly);

    /// <summary>Gets a protection that protects nothing, and unprotects nothing.</summary>
    public static PayloadProtection None { get; } = new(static () => null, protects: false);

    /// <summary>Returns whether a payload is protected: of one that was read, whether it could not be unprotected.</summary>
    public static bool IsProtected(ReadOnlySpan<byte> payload) => payload is [Mark, ..];

    /// <summary>Returns the JSON of a payload that was read; empty if it could not be unprotected.</summary>
    public static string TextOf(ReadOnlyMemory<byte> payload) =>
        IsProtected(payload.Span) ? string.Empty : Encoding.UTF8.GetString(payload.Span);

    /// <summary>Returns what is stored of a payload. One that could not be unprotected is stored as it was.</summary>
    /// <exception cref="PayloadProtectionException">
    /// Data Protection fails, as when its keys cannot be read: the store cannot be written.
    /// </exception>
    public byte[] Protect(ReadOnlyMemory<byte> payload)
    {
        if (!protects || IsProtected(payload.Span))
        {
            return payload.ToArray();
        }

        try
        {
            var protector = _protector.Value
                ?? throw new InvalidOperationException("the application has no IDataProtectionProvider; call AddDataProtection().");
            return [Mark, .. protector.Protect(payload.ToArray())];
        }
        catch (Exception exception)
        {
            throw new PayloadProtectionException("Data Protection cannot protect an event", exception);
        }
    }

    /// <summary>Returns the payload of what is stored; what is stored if it is protected by a key that is lost.</summary>
    /// <exception cref="PayloadProtectionException">
    /// Data Protection cannot read its keys, which may pass: the store cannot be read.
    /// </exception>
    public ReadOnlyMemory<byte> Unprotect(ReadOnlyMemory<byte> stored)
    {
        if (!IsProtected(stored.Span) || _protector.Value is not { } protector)
        {
            return stored;
        }

        try
        {
            // A key that was revoked protects no new payload, and those from before are the application's still.
            var payload = stored[1..].ToArray();
            return protector is IPersistedDataProtector persisted
                ? persisted.DangerousUnprotect(payload, ignoreRevocationErrors: true, out _, out _)
                : protector.Unprotect(payload);
        }
        catch (Exception exception) when (StoreFaults.IsOfStore(StoreFaults.Of(exception)))
        {
            throw new PayloadProtectionException("Data Protection cannot read its keys", exception);
        }
        catch (Exception)
        {
            // The key is gone, or the payload damaged. Delivery finds that it cannot be read, and sets it aside.
            return stored;
        }
    }

    /// <summary>Returns a write with its payloads as they are stored.</summary>
    /// <inheritdoc cref="Protect(ReadOnlyMemory{byte})"/>
    public OutboxWrite Protect(OutboxWrite write) => protects ? Change(write, payload => Protect(payload)) : write;

    /// <summary>Returns a write as it was before it was stored.</summary>
    /// <inheritdoc cref="Unprotect(ReadOnlyMemory{byte})"/>
    public OutboxWrite Unprotect(OutboxWrite write) => Change(write, Unprotect);

    private static OutboxWrite Change(OutboxWrite write, Func<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> change) => new(
        write.Intent is { } intent ? intent with { Payload = change(intent.Payload) } : null,
        write.Commit is { } commit
            ? commit with
            {
                Rows = [.. commit.Rows.Select(row => row with { Payload = change(row.Payload) })],
                DeadLetters =
                    [.. commit.DeadLetters.Select(letter => letter with { Row = letter.Row with { Payload = change(letter.Row.Payload) } })],
            }
            : null);
}

/// <summary>Payloads cannot be protected, or unprotected, at this moment.</summary>
internal sealed class PayloadProtectionException(string message, Exception cause)
    : IOException($"{message}: {cause.GetBaseException().Message}", cause);
