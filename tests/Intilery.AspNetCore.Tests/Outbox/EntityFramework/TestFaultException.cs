namespace Intilery.AspNetCore.Tests.Outbox.EntityFramework;

internal sealed class TestFaultException : Exception;
