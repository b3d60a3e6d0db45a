using System.Text.Json;

namespace Intilery.AspNetCore.Events;

/// <summary>An account was deleted. <see cref="LifecycleEvent.GroupId"/> is the id of that account.</summary>
public sealed record AccountDeleted : LifecycleEvent
{
    private static readonly JsonEncodedText _accountName = JsonEncodedText.Encode("account_name");

    /// <summary>Initializes a new instance of the <see cref="AccountDeleted"/> record.</summary>
    public AccountDeleted()
        : base(EventNames.AccountDeleted)
    {
    }

    /// <summary>Gets the name of the account being deleted (<c>account_name</c>).</summary>
    public string? AccountName { get; init; }

    internal override void WriteProperties(PropertyWriter properties)
    {
        properties.Text(_accountName, AccountName);
    }
}
