using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore.Capture.Code;

/// <summary>Validates events where the application tracks them: later no caller could handle the error.</summary>
internal static class EventRules
{
    // RFC 5321, section 4.5.3.1.3, without the angle brackets.
    private const int MaxEmailLength = 254;

    private const string FreeMember = $"{nameof(CustomEvent)}.{nameof(CustomEvent.Properties)}";

    // As long as the ids that a scope adds may well be, and the library's and the application's names.
    private static readonly string _reserved = new('x', 128);

    /// <summary>Returns the event as it is sent, its free properties turned into JSON.</summary>
    /// <exception cref="ArgumentException">It cannot be sent; the message names the member.</exception>
    public static LifecycleEvent Check(LifecycleEvent lifecycleEvent)
    {
        CheckId(lifecycleEvent, lifecycleEvent.UserId, nameof(lifecycleEvent.UserId));
        CheckId(lifecycleEvent, lifecycleEvent.AnonymousId, nameof(lifecycleEvent.AnonymousId));
        CheckId(lifecycleEvent, lifecycleEvent.GroupId, nameof(lifecycleEvent.GroupId));
        foreach (var property in lifecycleEvent.Definition?.Properties ?? [])
        {
            if (property.IsEmail)
            {
                CheckEmail(lifecycleEvent, (string?)property.Get(lifecycleEvent), property.Member);
            }
        }

        switch (lifecycleEvent)
        {
            case TrialEvent trial:
                CheckId(lifecycleEvent, trial.TrialId, nameof(trial.TrialId));
                CheckDates(lifecycleEvent, trial.TrialStartDate, trial.TrialEndDate);
                break;
            case CustomEvent custom:
                ArgumentNullException.ThrowIfNull(custom.Properties, FreeMember);
                var taken = FreeProperties.Snapshot(custom.Properties, FreeMember);
                lifecycleEvent = custom with { Properties = taken };

                // The rest of a call is a name and three ids: far less than the other half.
                if (taken.Json.Length > MessageWriter.MaxBytes / 2)
                {
                    CheckSize(
                        new Message { Event = lifecycleEvent, AnonymousId = lifecycleEvent.AnonymousId },
                        lifecycleEvent.UserId,
                        lifecycleEvent.GroupId);
                }

                break;
        }

        return lifecycleEvent;
    }

    /// <summary>Returns traits as they are sent.</summary>
    /// <exception cref="ArgumentException">They cannot be sent.</exception>
    public static IReadOnlyDictionary<string, object?> CheckTraits(IReadOnlyDictionary<string, object?> traits, string? userId)
    {
        if (userId is not null)
        {
            EventText.ThrowIfNotId(userId, nameof(userId));
        }

        var taken = FreeProperties.Snapshot(traits, nameof(traits));
        CheckSize(new Message { Traits = Profile.Empty, FreeTraits = taken }, userId, null);
        return taken;
    }

    public static ArgumentException NoUser(LifecycleEvent lifecycleEvent) => new(
        $"{Member(lifecycleEvent, nameof(lifecycleEvent.UserId))} must be given, or {nameof(lifecycleEvent.AnonymousId)}: no request or other capture scope is under way that names the user.",
        nameof(lifecycleEvent));

    // The optional context is not counted: it is left out where it does not fit.
    private static void CheckSize(Message message, string? userId, string? groupId) => MessageWriter.Write(message with
    {
        UserId = userId ?? _reserved,
        GroupId = groupId ?? _reserved,
        MessageId = MessageIds.Next(),
        Timestamp = DateTimeOffset.UnixEpoch,
    });

    private static void CheckId(LifecycleEvent lifecycleEvent, string? id, string member)
    {
        if (id is not null && !EventText.IsId(id))
        {
            EventText.ThrowIfNotId(id, Member(lifecycleEvent, member), nameof(lifecycleEvent));
        }
    }

    private static void CheckEmail(LifecycleEvent lifecycleEvent, string? email, string member)
    {
        if (email is not null && !IsEmail(email))
        {
            throw new ArgumentException(
                $"{Member(lifecycleEvent, member)} must be an e-mail address, but is '{EventText.Clean(email, MaxEmailLength)}'.",
                nameof(lifecycleEvent));
        }
    }

    // Whether a mailbox exists, only its server knows; this keeps names, lists and empty fields out.
    private static bool IsEmail(string email)
    {
        var at = email.IndexOf('@', StringComparison.Ordinal);
        return email.Length <= MaxEmailLength
            && at > 0
            && at < email.Length - 1
            && at == email.LastIndexOf('@')
            && !email.Any(character => char.IsWhiteSpace(character) || char.IsControl(character) || character is ',' or ';' or '<' or '>');
    }

    private static void CheckDates(LifecycleEvent lifecycleEvent, DateTimeOffset? start, DateTimeOffset? end)
    {
        if (end < start)
        {
            throw new ArgumentException(
                $"{Member(lifecycleEvent, nameof(TrialEvent.TrialEndDate))} ({end:O}) must not be before {nameof(TrialEvent.TrialStartDate)} ({start:O}).",
                nameof(lifecycleEvent));
        }
    }

    private static string Member(LifecycleEvent lifecycleEvent, string member) => $"{lifecycleEvent.GetType().Name}.{member}";
}
