namespace Intilery.AspNetCore.Tests.Capture.Endpoints;

// What the endpoints of these tests take and give. Named as applications name theirs.
public sealed record InviteInput(string? Email, string? FirstName = null, string? LastName = null, string? Role = null);

public sealed record TeamInput(string Name);

public sealed record Team(string Id, string Name);

public sealed record TrialInput(string PlanName);

public sealed record Trial(DateTime StartDate, DateTimeOffset EndDate, string PlanName);

public sealed record MemberInput(string UserId, string Role);

public sealed record InviteList(List<InviteInput?>? Invites, string? Message = null);

public sealed record Address(string Street, string City);

public sealed record Customer(string Name, Address? Address, List<Address> Addresses);

public sealed record Order(List<Customer> Customers, List<InviteInput> Invites);

public sealed class Touchy
{
    public string Email => "bob@example.com";

    public string Role => throw new InvalidOperationException("a getter of the application's");
}
