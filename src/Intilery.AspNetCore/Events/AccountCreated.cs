using System.Text.Json;

namespace Intilery.AspNetCore.Events;

/// <summary>A new account was created. <see cref="LifecycleEvent.GroupId"/> is the id of that account.</summary>
public sealed record AccountCreated : LifecycleEvent
{
    private static readonly JsonEncodedText _accountName = JsonEncodedText.Encode("account_name");

    /// <summary>Initializes a new instance of the <see cref="AccountCreated"/> record.</summary>
    public AccountCreated()
        : base(EventNames.AccountCreated)
    {
    }

    /// <summary>Gets the name of the account being created (<c>account_name</c>).</summary>
    public string? AccountName { get; init; }

    internal override void WriteProperties(PropertyWriter properties)
    {
        properties.Text(_accountName, AccountName);
    }
}
