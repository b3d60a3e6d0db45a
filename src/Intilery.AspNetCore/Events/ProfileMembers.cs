namespace Intilery.AspNetCore.Events;

/// <summary>The members of a profile.</summary>
[Flags]
internal enum ProfileMembers
{
    None = 0,
    FirstName = 1,
    LastName = 2,
    Email = 4,
    Phone = 8,
    Username = 16,
    Title = 32,
    All = FirstName | LastName | Email | Phone | Username | Title,
}
