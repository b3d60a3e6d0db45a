namespace Intilery.AspNetCore.Tests.Support.Teams;

public enum TeamRole
{
    Member,
    Owner,
}
